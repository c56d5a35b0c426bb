"""Build the base map's vector tiles from an OpenStreetMap extract."""

import gzip
import math
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import osmium
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from shapely.geometry.base import BaseGeometry

from services.maps.cells import tile_of

FIRST, LAST = 9, 15
EXTENT = 4096
ATTRIBUTION = "© OpenStreetMap contributors"
SINCE = {"residential": 13, "service": 14, "footway": 15, "secondary": 11, "primary": 9}
Feature = tuple[str, BaseGeometry, dict[str, str], int]


def build_tiles(extract: Path, out: Path, say: Callable[[str], object]) -> int:
    """Write the tiles (zoom 9 to 15) of an extract to `out` and return how many there are.

    Layers: water, landuse, roads, buildings, places. Raises ValueError for an empty extract.
    """
    features = _read(extract)
    if not features:
        raise ValueError(f"{extract.name} holds nothing to draw")
    say(f"  {len(features)} streets, houses and waters read")
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(".part")
    with part.open("wb") as file:
        writer = Writer(file)
        number = 0
        for zoom in range(FIRST, LAST + 1):
            drawn = _draw(features, zoom, writer)
            number += drawn
            say(f"  zoom {zoom} of {LAST}: {drawn} tiles")
        writer.finalize(_header(features), {"attribution": ATTRIBUTION, "name": "base"})
    part.replace(out)
    return number


def _read(extract: Path) -> list[Feature]:
    found: list[Feature] = []
    for item in osmium.FileProcessor(str(extract)).with_locations():
        if item.is_node() and "place" in item.tags:
            point = shapely.Point(item.lon, item.lat)
            found.append(("places", point, _names(item.tags, "place"), 11))
        elif item.is_way() and (feature := _way(item)) is not None:
            found.append(feature)
    return found


def _way(way: Any) -> Feature | None:
    places = [(n.lon, n.lat) for n in way.nodes if n.location.valid()]
    tags = way.tags
    if len(places) < 2:
        return None
    if kind := tags.get("highway"):
        return "roads", shapely.LineString(places), _names(tags, "highway"), SINCE.get(kind, 12)
    if len(places) < 4 or places[0] != places[-1]:
        return None
    area = shapely.Polygon(places)
    if not area.is_valid:
        area = area.buffer(0)
    for layer, key, since in (
        ("water", "natural", 9),
        ("landuse", "leisure", 11),
        ("landuse", "landuse", 11),
        ("buildings", "building", 14),
    ):
        if key in tags and (layer != "water" or tags[key] == "water"):
            return layer, area, _names(tags, key), since
    return None


def _names(tags: Any, key: str) -> dict[str, str]:
    kept = {"kind": str(tags[key])}
    for name in ("name", "name:ko", "name:en"):
        if name in tags:
            kept[name] = str(tags[name])
    return kept


def _draw(features: list[Feature], zoom: int, writer: Writer) -> int:
    tiles: dict[int, list[Feature]] = defaultdict(list)
    at: dict[int, tuple[int, int]] = {}
    for feature in features:
        if feature[3] > zoom:
            continue
        west, south, east, north = feature[1].bounds
        x0, y1 = tile_of(west, south, zoom)
        x1, y0 = tile_of(east, north, zoom)
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
        cut = shapely.intersection(shapely.transform(shape, _mercator), window)
        if not cut.is_empty:
            layers[layer].append({"geometry": cut, "properties": names})
    content = [{"name": name, "features": rows} for name, rows in layers.items()]
    encoded: bytes = mapbox_vector_tile.encode(
        content, default_options={"quantize_bounds": bounds, "extents": EXTENT}
    )
    return encoded


def _mercator(places: Any) -> Any:
    """Return (lon, lat) degrees as Web Mercator shares of the world, both 0 to 1, y upward."""
    done = places.copy()
    done[:, 0] = (places[:, 0] + 180.0) / 360.0
    for row in range(len(places)):
        done[row, 1] = (1 + math.asinh(math.tan(math.radians(places[row, 1]))) / math.pi) / 2
    return done


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
