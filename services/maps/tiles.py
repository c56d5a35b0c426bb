"""Build the base map's vector tiles from an OpenStreetMap extract."""

import gzip
import math
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from services.maps.extract import Feature, read_extract

FIRST, LAST = 9, 15
EXTENT = 4096
OSM_CREDIT = "© OpenStreetMap contributors"


def build_tiles(
    extract: Path, out: Path, say: Callable[[str], object], credit: str = OSM_CREDIT
) -> int:
    """Write the tiles (zoom 9 to 15) of an extract to `out` and return how many there are.

    `credit` says on every map whose data they are drawn from.
    Layers: water, landuse, roads, buildings, places. Raises ValueError for an empty extract.
    """
    features = read_extract(extract)
    if not features:
        raise ValueError(f"{extract.name} holds nothing to draw")
    say(f"  {len(features)} streets, houses and waters read")
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(".part")
    flat = [f._replace(shape=shapely.transform(f.shape, _mercator)) for f in features]
    number = 0
    with part.open("wb") as file:
        writer = Writer(file)
        with closing(writer.tile_f):
            for zoom in range(FIRST, LAST + 1):
                drawn = _draw(flat, zoom, writer)
                number += drawn
                say(f"  zoom {zoom} of {LAST}: {drawn} tiles")
            writer.finalize(_header(features), {"attribution": credit, "name": "base"})
    part.replace(out)
    return number


def _draw(features: list[Feature], zoom: int, writer: Writer) -> int:
    tiles: dict[int, list[Feature]] = defaultdict(list)
    at: dict[int, tuple[int, int]] = {}
    last = (1 << zoom) - 1
    for feature in features:
        if feature.since > zoom:
            continue
        west, low, east, high = (share * (last + 1) for share in feature.shape.bounds)
        x0, x1 = max(int(west), 0), min(int(east), last)
        y0, y1 = max(last - int(high), 0), min(last - int(low), last)
        for x in range(x0, x1 + 1):
            for y in range(y0, y1 + 1):
                number = zxy_to_tileid(zoom, x, y)
                at[number] = (x, y)
                tiles[number].append(feature)
    for number in sorted(tiles):
        writer.write_tile(number, gzip.compress(_tile(tiles[number], zoom, *at[number]), mtime=0))
    return len(tiles)


def _tile(features: list[Feature], zoom: int, x: int, y: int) -> bytes:
    bounds = _mercator_bounds(zoom, x, y)
    margin = (bounds[2] - bounds[0]) / 32
    window = shapely.box(
        bounds[0] - margin, bounds[1] - margin, bounds[2] + margin, bounds[3] + margin
    )
    layers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for layer, shape, names, _ in features:
        cut = shapely.intersection(shape, window)
        if not cut.is_empty:
            whole = shapely.transform(cut, partial(_units, bounds))
            layers[layer].append({"geometry": whole, "properties": names})
    content = [{"name": name, "features": rows} for name, rows in layers.items()]
    encoded: bytes = mapbox_vector_tile.encode(content, default_options={"extents": EXTENT})
    return encoded


def _units(bounds: tuple[float, float, float, float], places: Any) -> Any:
    """Return places of the flat world in a tile's own whole units, y upward."""
    return np.round((places - bounds[:2]) / (bounds[2] - bounds[0]) * EXTENT)


def _mercator(places: Any) -> Any:
    """Return (lon, lat) degrees as Web Mercator shares of the world, both 0 to 1, y upward."""
    lat = np.radians(places[:, 1])
    up = (1 + np.arcsinh(np.tan(lat)) / math.pi) / 2
    return np.column_stack(((places[:, 0] + 180.0) / 360.0, up))


def _mercator_bounds(zoom: int, x: int, y: int) -> tuple[float, float, float, float]:
    side = 1 << zoom
    return x / side, 1 - (y + 1) / side, (x + 1) / side, 1 - y / side


def _header(features: list[Feature]) -> dict[str, Any]:
    west, south, east, north = shapely.total_bounds([f[1] for f in features])
    # The sea around a city is no part of where a map should open; its streets are.
    streets = [f[1] for f in features if f[0] == "roads"] or [f[1] for f in features]
    left, low, right, high = shapely.total_bounds(streets)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_zoom": FIRST,
        "max_zoom": LAST,
        "min_lon_e7": int(west * 1e7),
        "min_lat_e7": int(south * 1e7),
        "max_lon_e7": int(east * 1e7),
        "max_lat_e7": int(north * 1e7),
        "center_zoom": 14,
        "center_lon_e7": int((left + right) / 2 * 1e7),
        "center_lat_e7": int((low + high) / 2 * 1e7),
    }
