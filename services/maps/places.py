"""Names of places: from typed words to a place, and from a place to the nearest name."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import osmium
from sqlalchemy import BigInteger, Index, String, case, delete, func, insert, select
from sqlalchemy.orm import mapped_column

from services.db import Base, Mapped, Session
from services.maps.cells import morton
from services.maps.index import points_in

# What people mean first when they type: a quarter, then a landmark, a street, a door.
QUARTER, LANDMARK, STREET, DOOR = range(4)
BATCH = 1000
# As many words may stand before a name: a country, a province, a city, a district, a word of where.
LEFT_OUT = 5
NEAR_M = 80.0
DEGREE_M = 111_320.0


class PlaceName(Base):
    """A name and where it is; `folded` is the name as it is searched."""

    __tablename__ = "place_name"
    __table_args__ = (
        Index("ix_place_name_folded", "folded"),
        Index("ix_place_name_place", "cell", "lat", "lon"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200))
    kind: Mapped[int]
    lat: Mapped[float]
    lon: Mapped[float]
    cell: Mapped[int] = mapped_column(BigInteger)


class Spot(msgspec.Struct, frozen=True):
    """A named place in WGS84 degrees."""

    name: str
    lat: float
    lon: float


def folded(text: str) -> str:
    """Return a name as it is searched: without case, spaces and commas."""
    return "".join(text.casefold().replace(",", " ").split())[:200]


def import_places(session: Session, extract: Path) -> int:
    """Replace all names by those of an OpenStreetMap extract; return how many there are."""
    session.execute(delete(PlaceName))
    count, rows = 0, []
    for row in _rows(extract):
        rows.append(row)
        if len(rows) == BATCH:
            session.execute(insert(PlaceName), rows)
            count, rows = count + len(rows), []
    if rows:
        session.execute(insert(PlaceName), rows)
    return count + len(rows)


def _rows(extract: Path) -> Iterator[dict[str, Any]]:
    streets: set[str] = set()
    for item in osmium.FileProcessor(str(extract)).with_locations():
        if not (item.is_node() or item.is_way()) or not item.tags:
            continue
        at = (item.lon, item.lat) if item.is_node() else _middle(item)
        for kind, name in _named(item.tags) if at else ():
            # A street is many ways; one of them stands for it.
            if kind == STREET and name in streets:
                continue
            streets.add(name)
            lon, lat = at or (0.0, 0.0)
            yield {
                "name": name[:200],
                "folded": folded(name),
                "kind": kind,
                "lat": lat,
                "lon": lon,
                "cell": morton(lon, lat),
            }


def _middle(way: Any) -> tuple[float, float] | None:
    places = [(n.lon, n.lat) for n in way.nodes if n.location.valid()]
    if not places or places[0] != places[-1]:
        return places[len(places) // 2] if places else None
    # At the edge of an extract a ring may be left with one node.
    corners = places[1:] or places
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


def _named(tags: Any) -> Iterator[tuple[int, str]]:
    if "addr:housenumber" in tags and "addr:street" in tags:
        yield DOOR, f"{tags['addr:street']} {tags['addr:housenumber']}"
    names = {tags[key] for key in ("name", "name:ko", "name:en") if key in tags}
    kind = QUARTER if "place" in tags else STREET if "highway" in tags else LANDMARK
    for name in sorted(names):
        yield kind, name


COLUMNS = (PlaceName.name, PlaceName.lat, PlaceName.lon)


def search(session: Session, text: str, limit: int = 8) -> list[Spot]:
    """Return the places whose names begin with, or else hold, `text`; the likeliest first.

    A leading word that no name holds, such as the city's own, is left out and tried again; no more
    than LEFT_OUT of them, for each try reads every name.
    """
    words = text.split()
    for first in range(min(len(words), LEFT_OUT + 1)):
        if found := _like(session, folded(" ".join(words[first:])), limit):
            return found
    return []


def _like(session: Session, wanted: str, limit: int) -> list[Spot]:
    if not wanted:
        return []
    found: dict[tuple[float, float], Spot] = {}
    column = PlaceName.folded
    begins = case((column.startswith(wanted, autoescape=True), 0), else_=1)
    held = select(*COLUMNS).where(column.contains(wanted, autoescape=True))
    order = (begins, func.length(column), PlaceName.kind, column)
    # One place may have several names; twice as many rows are places enough.
    for row in session.execute(held.order_by(*order).limit(2 * limit)):
        found.setdefault((row.lat, row.lon), Spot(row.name, row.lat, row.lon))
    return list(found.values())[:limit]


def named_near(session: Session, lat: float, lon: float) -> str:
    """Return the nearest name within 80 metres, or nothing."""
    high = NEAR_M / DEGREE_M
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    box = (lon - wide, lat - high, lon + wide, lat + high)
    rows = points_in(session, PlaceName.__table__, COLUMNS, box, limit=200)
    if not rows:
        return ""
    squeeze = math.cos(math.radians(lat))
    nearest = min(rows, key=lambda r: math.hypot(r.lat - lat, (r.lon - lon) * squeeze))
    return str(nearest.name)
