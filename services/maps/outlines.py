"""A city's outlines, taken out of its own base map tiles: enough to know where one looks."""

import gzip
import math
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import mapbox_vector_tile
from pmtiles.reader import MmapSource, Reader

from services.maps.cells import Box, tile_of

ZOOM = 12
EXTENT = 4096.0
MOST_TILES = 64
SHOWN_ROADS = {"motorway", "trunk", "primary", "secondary"}


def outlines_of(path: Path) -> dict[str, Any] | None:
    """Return waters and main streets as GeoJSON (WGS84, lon lat), None without tiles.

    Each feature's property `layer` is "water" or "roads". A city too large for 64 tiles at
    zoom 12 is drawn around its middle.
    """
    return _outlines(path, path.stat().st_mtime) if path.exists() else None


def bounds_of(path: Path) -> Box | None:
    """Return (west, south, east, north) of the city's streets, None without tiles."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        header = Reader(MmapSource(file)).header()
    west, south = header["min_lon_e7"] / 1e7, header["min_lat_e7"] / 1e7
    return west, south, header["max_lon_e7"] / 1e7, header["max_lat_e7"] / 1e7


@lru_cache(maxsize=4)
def _outlines(path: Path, _changed: float) -> dict[str, Any]:
    with path.open("rb") as file:
        reader = Reader(MmapSource(file))
        found = [feature for at in _tiles(path) for feature in _features(reader, *at)]
    return {"type": "FeatureCollection", "features": found}


def _tiles(path: Path) -> list[tuple[int, int]]:
    west, south, east, north = bounds_of(path) or (0.0, 0.0, 0.0, 0.0)
    x0, y1 = tile_of(west, south, ZOOM)
    x1, y0 = tile_of(east, north, ZOOM)
    found = [(x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]
    middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
    found.sort(key=lambda at: math.hypot(at[0] - middle_x, at[1] - middle_y))
    return found[:MOST_TILES]


def _features(reader: Reader, x: int, y: int) -> Iterator[dict[str, Any]]:
    data = reader.get(ZOOM, x, y)
    layers = mapbox_vector_tile.decode(gzip.decompress(data)) if data else {}
    for name in ("water", "roads"):
        for feature in layers.get(name, {}).get("features", ()):
            if name == "roads" and feature["properties"].get("kind") not in SHOWN_ROADS:
                continue
            shape = feature["geometry"]
            drawn = {"type": shape["type"], "coordinates": _degrees(shape["coordinates"], x, y)}
            yield {"type": "Feature", "properties": {"layer": name}, "geometry": drawn}


def _degrees(places: Any, x: int, y: int) -> Any:
    """Turn a tile's own units (y upward) into degrees, at any depth of nesting."""
    if places and isinstance(places[0], int | float):
        side = 1 << ZOOM
        across, down = (x + places[0] / EXTENT) / side, (y + 1 - places[1] / EXTENT) / side
        lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))
        return [round(across * 360 - 180, 6), round(lat, 6)]
    return [_degrees(inner, x, y) for inner in places]
