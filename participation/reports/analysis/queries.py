"""Where reports gather: counted by hexagon and month, for staff who look for patterns."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from statistics import median_low
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import bindparam, func, select

from participation.reports.models import Report
from participation.reports.rules import PUBLIC, Category
from services.db import Moment, Session
from services.maps import Box, Heat, HexGrid, grid_over, heat_of, hot_spots

MONTHS = 12
MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")
C = Report.__table__.c
SHOWN = tuple(s.value for s in PUBLIC)


class Hexagon(msgspec.Struct, frozen=True):
    """A hexagon: closed ring of (lon, lat), the place most reports in it name, counts by month.

    `spot` numbers the hot ones from 1, the fullest first; `days` is how long the middle one of its
    open reports waits, None where none is open.
    """

    ring: list[tuple[float, float]]
    place: str
    counts: list[int]
    spot: int = 0
    days: int | None = None

    @property
    def total(self) -> int:
        return sum(self.counts)


class Analysis(msgspec.Struct, frozen=True):
    """Counts of public reports: `months` as "2026-11", oldest first; the fullest hexagon first."""

    months: list[str]
    hexagons: list[Hexagon]
    side_m: float
    heat: Heat | None = None

    @property
    def totals(self) -> list[int]:
        return [sum(h.counts[n] for h in self.hexagons) for n in range(len(self.months))]


ROWS = (
    select(C.lon, C.lat, C.opened_at, C.ended_at, C.place, C.category)
    .where(C.status.in_(SHOWN), C.merged_into.is_(None))
    .where(
        C.opened_at >= bindparam("since", type_=Moment()),
        C.opened_at < bindparam("before", type_=Moment()),
    )
)


def newest_month(session: Session, zone: ZoneInfo) -> str | None:
    """Return the month of the newest report, None where there is no report."""
    newest = session.connection().scalar(select(func.max(C.opened_at)))
    return f"{newest.astimezone(zone):%Y-%m}" if newest else None


def analysis(
    session: Session,
    until: str,
    zone: ZoneInfo,
    *,
    at: datetime,
    category: str = "",
    within: Box | None = None,
) -> Analysis:
    """Return the twelve months that end with `until` ("2026-11"), within a box (w, s, e, n).

    What is still open waits up to `at`.

    Raises ValueError for a month that is none.
    """
    months = months_until(until)
    span = {"since": _begin(months[0], zone), "before": _begin(_after(months[-1]), zone)}
    only = category if category in set(Category) else None
    rows = [
        row
        for row in session.connection().execute(ROWS, span)
        if only in (None, row.category) and _inside(row.lon, row.lat, within)
    ]
    if not rows:
        return Analysis(months, [], 0.0)
    grid = grid_over((row.lon, row.lat) for row in rows)
    hexagons = _gathered(grid, rows, {month: n for n, month in enumerate(months)}, zone, at)
    heat = heat_of(((row.lon, row.lat) for row in rows), grid.side_m)
    return Analysis(months, hexagons, grid.side_m, heat)


def _gathered(
    grid: HexGrid, rows: Iterable[Any], months: dict[str, int], zone: ZoneInfo, at: datetime
) -> list[Hexagon]:
    counts: dict[tuple[int, int], list[int]] = {}
    places: dict[tuple[int, int], Counter[str]] = {}
    waits: dict[tuple[int, int], list[int]] = {}
    for row in rows:
        cell = grid.cell(row.lon, row.lat)
        month = months[f"{row.opened_at.astimezone(zone):%Y-%m}"]
        counts.setdefault(cell, [0] * len(months))[month] += 1
        places.setdefault(cell, Counter())[_street(row.place)] += 1
        if row.ended_at is None:
            waits.setdefault(cell, []).append(max((at - row.opened_at).days, 0))
    hot = hot_spots({cell: sum(n) for cell, n in counts.items()})
    spots = {cell: n for n, cell in enumerate(sorted(hot, key=lambda c: (-sum(counts[c]), c)), 1)}
    found = [
        Hexagon(
            grid.ring(cell),
            _usual(places[cell], grid, cell),
            n,
            spots.get(cell, 0),
            median_low(waits[cell]) if cell in waits else None,
        )
        for cell, n in counts.items()
    ]
    return sorted(found, key=lambda h: (-h.total, h.place, h.ring))


def _street(place: str) -> str:
    """Return a place without its house number: a hexagon stands for no single door."""
    return " ".join(word for word in place.split() if not word[0].isdigit())


def _usual(places: Counter[str], grid: HexGrid, cell: tuple[int, int]) -> str:
    named = sorted((-n, place) for place, n in places.items() if place)
    if named:
        return named[0][1]
    lon, lat = grid.middle(cell)
    return f"{lat:.4f}, {lon:.4f}"


def _inside(lon: float, lat: float, box: Box | None) -> bool:
    return box is None or (box[0] <= lon <= box[2] and box[1] <= lat <= box[3])


def months_until(until: str) -> list[str]:
    """Return twelve months as "2026-11", oldest first; raises ValueError for none."""
    if not MONTH.fullmatch(until):
        raise ValueError(f"{until!r} is no month")
    number = int(until[:4]) * 12 + int(until[5:]) - 1
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(number - MONTHS + 1, number + 1)]


def _after(month: str) -> str:
    first = date.fromisoformat(f"{month}-01")
    return f"{first.year + first.month // 12:04d}-{first.month % 12 + 1:02d}"


def _begin(month: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(f"{month}-01").replace(tzinfo=zone)
