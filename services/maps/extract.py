"""What an OpenStreetMap extract holds to draw: streets, houses, greens, waters, names, the sea."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import osmium
import shapely
from osmium.geom import WKBFactory
from shapely.geometry.base import BaseGeometry

SINCE = {"residential": 13, "service": 14, "footway": 15, "path": 15, "secondary": 11, "primary": 9}
GREEN = {
    "leisure": {"park", "garden", "pitch", "playground", "golf_course", "nature_reserve"},
    "landuse": {
        *("forest", "grass", "meadow", "cemetery", "recreation_ground", "village_green"),
        *("allotments", "orchard", "farmland"),
    },
    "natural": {"wood", "scrub", "heath", "grassland"},
}
STEP = 1e-7


class Feature(NamedTuple):
    """A shape in WGS84 (lon, lat), the layer it is drawn in, its names, and from which zoom."""

    layer: str
    shape: BaseGeometry
    names: dict[str, str]
    since: int


def read_extract(extract: Path) -> list[Feature]:
    """Return all that is drawn; areas may be closed ways or multipolygon relations."""
    found: list[Feature] = []
    coast: list[BaseGeometry] = []
    for item in osmium.FileProcessor(str(extract)).with_locations().with_areas():
        if item.is_node() and "place" in item.tags:
            point = shapely.Point(item.lon, item.lat)
            found.append(Feature("places", point, _names(item.tags, "place"), 11))
        elif item.is_way():
            line = _line(item)
            if line is not None and "highway" in item.tags:
                kind = item.tags["highway"]
                names = _names(item.tags, "highway")
                found.append(Feature("roads", line, names, SINCE.get(kind, 12)))
            elif line is not None and item.tags.get("natural") == "coastline":
                coast.append(line)
        elif item.is_area() and (area := _area(item)) is not None:
            found.append(area)
    found += _sea(coast, found)
    return found


def _line(way: Any) -> BaseGeometry | None:
    places = [(n.lon, n.lat) for n in way.nodes if n.location.valid()]
    return shapely.LineString(places) if len(places) > 1 else None


def _area(area: Any) -> Feature | None:
    layer, key, since = _layer(area.tags)
    if not layer:
        return None
    try:
        shape = shapely.from_wkb(bytes.fromhex(WKBFactory().create_multipolygon(area)))
    except (RuntimeError, shapely.errors.GEOSException):
        # A ring cut at the edge of the extract is no area; the map goes on without it.
        return None
    whole = shape if shape.is_valid else shape.buffer(0)
    return Feature(layer, whole, _names(area.tags, key), since)


def _layer(tags: Any) -> tuple[str, str, int]:
    """Return (layer, the tag that decided, from which zoom), or no layer."""
    if tags.get("natural") == "water":
        return "water", "natural", 9
    if "building" in tags:
        return "buildings", "building", 14
    for key, kinds in GREEN.items():
        if tags.get(key) in kinds:
            return "landuse", key, 11
    return "", "", 0


def _names(tags: Any, key: str) -> dict[str, str]:
    kept = {"kind": str(tags[key])}
    for name in ("name", "name:ko", "name:en"):
        if name in tags:
            kept[name] = str(tags[name])
    return kept


def _sea(coast: list[BaseGeometry], found: list[Feature]) -> Iterator[Feature]:
    """Yield the sea: extracts carry its shore alone, drawn with the water on its right hand."""
    if not coast or not found:
        return
    frame = shapely.box(*shapely.total_bounds([*coast, *(f.shape for f in found)]))
    lines = [shapely.intersection(line, frame) for line in coast]
    rings = shapely.node(shapely.geometrycollections([*lines, frame.boundary]))
    wet = shapely.STRtree([point for line in coast for point in _right_of(line)])
    for part in shapely.get_parts(shapely.polygonize(shapely.get_parts(rings).tolist())):
        if len(wet.query(part, predicate="contains")):
            yield Feature("water", part, {"kind": "sea"}, 9)


def _right_of(line: BaseGeometry) -> Iterator[BaseGeometry]:
    """Yield a point close to the right of each stretch of a line."""
    places = shapely.get_coordinates(line)
    for (ax, ay), (bx, by) in pairwise(places):
        length = max(((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5, STEP)
        yield shapely.Point(
            (ax + bx) / 2 + (by - ay) / length * STEP, (ay + by) / 2 - (bx - ax) / length * STEP
        )
