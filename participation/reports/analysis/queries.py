"""Where reports gather: counted by hexagon and month, for staff who look for patterns."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from statistics import median_low
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import bindparam, func, select

from participation.reports.models import Report
from participation.reports.rules import PUBLIC, Category
from services.db import Moment, Session
from services.maps import Box, Cell, Heat, HexGrid, grid_over, heat_of, hot_spots

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
    select(C.lon, C.lat, C.opened_at, C.ended_at.is_(None), C.place)
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
    begins = [_begin(month, zone) for month in months]
    span = {"since": begins[0], "before": _begin(_after(months[-1]), zone)}
    asked = ROWS.where(C.category == category) if category in set(Category) else ROWS
    told = session.connection().execute(asked, span).all()
    rows = [row for row in told if within is None or _inside(row.lon, row.lat, within)]
    if not rows:
        return Analysis(months, [], 0.0)
    grid = grid_over((row.lon, row.lat) for row in rows)
    heat = heat_of(((row.lon, row.lat) for row in rows), grid.side_m)
    return Analysis(months, _gathered(grid, rows, begins, at), grid.side_m, heat)


def _gathered(
    grid: HexGrid, rows: Sequence[Any], begins: list[datetime], at: datetime
) -> list[Hexagon]:
    """Return the hexagons with what they hold; `begins` are the first instants of the months."""
    cells = grid.cells([row.lon for row in rows], [row.lat for row in rows])
    counts: dict[Cell, list[int]] = {cell: [0] * len(begins) for cell in cells}
    waits: dict[Cell, list[int]] = {}
    named: Counter[tuple[Cell, str]] = Counter()
    for cell, (_, _, opened_at, is_open, place) in zip(cells, rows, strict=True):
        counts[cell][bisect_right(begins, opened_at) - 1] += 1
        named[cell, place] += 1
        if is_open:
            waits.setdefault(cell, []).append(max((at - opened_at).days, 0))
    hot = hot_spots({cell: sum(n) for cell, n in counts.items()})
    spots = {cell: n for n, cell in enumerate(sorted(hot, key=lambda c: (-sum(counts[c]), c)), 1)}
    places = _streets(named)
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


def _streets(named: Counter[tuple[Cell, str]]) -> dict[Cell, Counter[str]]:
    """Return how often each street is named in each hexagon, from how often each place is."""
    found: defaultdict[Cell, Counter[str]] = defaultdict(Counter)
    for (cell, place), n in named.items():
        found[cell][_street(place)] += n
    return found


def _street(place: str) -> str:
    """Return a place without its house number: a hexagon stands for no single door."""
    return " ".join(word for word in place.split() if not word[0].isdigit())


def _usual(places: Counter[str], grid: HexGrid, cell: Cell) -> str:
    named = sorted((-n, place) for place, n in places.items() if place)
    if named:
        return named[0][1]
    lon, lat = grid.middle(cell)
    return f"{lat:.4f}, {lon:.4f}"


def _inside(lon: float, lat: float, box: Box) -> bool:
    return box[0] <= lon <= box[2] and box[1] <= lat <= box[3]


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
    return datetime.fromisoformat(f"{month}-01").replace(tzinfo=zone).astimezone(UTC)
