"""The base map's tiles, z/x/y, out of one PMTiles file."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pmtiles.reader import MmapSource, Reader

from services.auth.gates import public

DAY_S = 86_400


@lru_cache(maxsize=4)
def _reader(path: Path, _changed: float) -> Reader:
    """Open a file once per version of it; the mapping lives as long as the reader."""
    with path.open("rb") as file:
        return Reader(MmapSource(file))


@lru_cache(maxsize=4)
def _home(path: Path, changed: float) -> tuple[float, float, int]:
    header = _reader(path, changed).header()
    return header["center_lon_e7"] / 1e7, header["center_lat_e7"] / 1e7, header["center_zoom"]


@lru_cache(maxsize=4)
def _credit(path: Path, changed: float) -> str:
    return str(_reader(path, changed).metadata().get("attribution", ""))


def credit_of(path: Path) -> str:
    """Return whose data the tiles are drawn from, as they say themselves; "" without tiles."""
    return _credit(path, path.stat().st_mtime) if path.exists() else ""


def home_of(path: Path) -> tuple[float, float, int]:
    """Return (longitude, latitude, zoom) where a map of the city opens; the world without tiles."""
    return _home(path, path.stat().st_mtime) if path.exists() else (127.5, 36.5, 7)


def tiles_blueprint(path: Path) -> Blueprint:
    """Return the pages that serve `path`; a city without the file gets empty tiles."""
    pages = Blueprint("tiles", __name__)

    @pages.get("/tiles/<int:z>/<int:x>/<int:y>.mvt")
    @public
    def tile(z: int, x: int, y: int) -> ResponseReturnValue:
        if not path.exists() or z > 22 or x >= 1 << z or y >= 1 << z:
            return Response(status=204)
        data = _reader(path, path.stat().st_mtime).get(z, x, y)
        if data is None:
            return Response(status=204, headers={"Cache-Control": f"max-age={DAY_S}"})
        response = Response(data, mimetype="application/vnd.mapbox-vector-tile")
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Cache-Control"] = f"public, max-age={7 * DAY_S}"
        response.set_etag(hashlib.sha256(data).hexdigest()[:16])
        return response.make_conditional(request)

    return pages
