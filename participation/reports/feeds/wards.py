"""Wards: the city's quarters as its map names them, each the ground nearest to its name.

The map knows a quarter's middle and no border, so a ward is the cell of a Voronoi diagram: all
that is nearer to its middle than to any other. It is a convex polygon, and nearer is a matter of
straight lines, so that a database can tell who lies in it.
"""

import math

import msgspec
from sqlalchemy import select

from services.db import Session
from services.maps import Box, PlaceName
from services.maps.places import QUARTER

# The city in plain degrees around its middle; nothing of it lies farther away than this.
REACH_DEG = 2.0
Point = tuple[float, float]


class Quarter(msgspec.Struct, frozen=True):
    name: str
    lat: float
    lon: float


class Side(msgspec.Struct, frozen=True):
    """A straight border: a place is inside where x * lon + y * lat <= most."""

    x: float
    y: float
    most: float

    def beyond(self, at: Point) -> float:
        return self.x * at[0] + self.y * at[1] - self.most


class Ward(msgspec.Struct, frozen=True):
    """A ward's ground: its box (west, south, east, north) and the sides that bound it."""

    name: str
    box: Box
    sides: list[Side]


def quarters(session: Session) -> list[Quarter]:
    """Return the quarters the map names, each once, by its Korean name where it has one."""
    rows = session.execute(
        select(PlaceName.name, PlaceName.lat, PlaceName.lon).where(PlaceName.kind == QUARTER)
    )
    found: dict[Point, Quarter] = {}
    for row in sorted(rows, key=lambda row: (not _hangul(row.name), row.name)):
        found.setdefault((row.lat, row.lon), Quarter(row.name, row.lat, row.lon))
    once: dict[str, Quarter] = {}
    for one in found.values():
        once.setdefault(one.name, one)
    return sorted(once.values(), key=lambda one: one.name)


def _hangul(name: str) -> bool:
    return any("가" <= letter <= "힣" for letter in name)


def ward_names(session: Session) -> list[str]:
    """Return the names of all wards."""
    return [one.name for one in quarters(session)]


def ward_of(session: Session, lat: float, lon: float) -> str:
    """Return the name of the ward a place (degrees) lies in; nothing where there are none."""
    known = quarters(session)
    squeeze = _squeeze(known)
    return min(known, key=lambda q: _apart(q, lat, lon, squeeze)).name if known else ""


def ward_named(session: Session, name: str) -> Ward | None:
    """Return the ground of a ward, None for a name that is none."""
    known = quarters(session)
    mine = next((one for one in known if one.name == name), None)
    return _ward(mine, known) if mine is not None else None


def _squeeze(known: list[Quarter]) -> float:
    """Return how much shorter a degree of longitude is in the middle of the city."""
    middle = sum(q.lat for q in known) / len(known) if known else 0.0
    return max(math.cos(math.radians(middle)), 0.01) ** 2


def _apart(one: Quarter, lat: float, lon: float, squeeze: float) -> float:
    return (one.lon - lon) ** 2 * squeeze + (one.lat - lat) ** 2


def _ward(mine: Quarter, known: list[Quarter]) -> Ward:
    squeeze = _squeeze(known)
    west, south = mine.lon - REACH_DEG, mine.lat - REACH_DEG
    east, north = mine.lon + REACH_DEG, mine.lat + REACH_DEG
    ring: list[Point] = [(west, south), (east, south), (east, north), (west, north)]
    sides = []
    for other in sorted(known, key=lambda q: _apart(q, mine.lat, mine.lon, squeeze)):
        if other != mine:
            side = _between(mine, other, squeeze)
            cut = _cut(ring, side)
            if cut != ring:
                ring = cut
                sides.append(side)
    lons, lats = [p[0] for p in ring], [p[1] for p in ring]
    return Ward(mine.name, (min(lons), min(lats), max(lons), max(lats)), sides)


def _between(mine: Quarter, other: Quarter, squeeze: float) -> Side:
    """Return the line as near to one as to the other, its inside towards `mine`."""
    x, y = 2 * (other.lon - mine.lon) * squeeze, 2 * (other.lat - mine.lat)
    most = (other.lon**2 - mine.lon**2) * squeeze + other.lat**2 - mine.lat**2
    return Side(x, y, most)


def _cut(ring: list[Point], side: Side) -> list[Point]:
    """Return what of a convex ring lies on the inside (Sutherland and Hodgman, 1974)."""
    kept: list[Point] = []
    for before, at in zip([ring[-1], *ring[:-1]], ring, strict=True):
        out_before, out = side.beyond(before), side.beyond(at)
        if (out_before > 0) != (out > 0):
            share = out_before / (out_before - out)
            between = [b + (a - b) * share for b, a in zip(before, at, strict=True)]
            kept.append((between[0], between[1]))
        if out <= 0:
            kept.append(at)
    return kept
