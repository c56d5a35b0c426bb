"""What the map shows, and its list: the same reports, by the same filters, from the same index."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    literal_column,
    select,
)

from participation.reports.models import REPORT_CLUSTER
from participation.reports.queries import CARD, TABLE, C, ReportCard, card_of
from participation.reports.rules import LATELY, SHELVES, Category, MapState, Shelf, Status
from services.db import Session
from services.db.keys import as_kept
from services.maps import Box, Cluster, clusters_in, counts_in, newest_in, plain_points_in, within

POINT_ZOOM = 15
# More single reports than this are told as clusters again: none is left out.
VIEW_LIMIT = 1000
SHEET = 50
# Of so many and fewer all are sorted at once; of more each shelf is read for itself.
FEW = 2000
WORLD = (-180.0, -90.0, 180.0, 90.0)
POINT = (as_kept(C.id), C.lat, C.lon, C.category, C.status, C.title)
NEWEST_KEYS = (C.opened_at, C.id)
LOW, HIGH = (bindparam(name, type_=Integer) for name in ("shelf_low", "shelf_high"))
MOST = bindparam("most", type_=Integer)
KIND: ColumnElement[bool] = C.category == bindparam("kind")
# The sum keeps both databases from the shelf's own index: they are to read by place, or by time.
ON_SHELF: ColumnElement[bool] = (C.shelf + literal_column("0")).between(LOW, HIGH)
SHOWN: dict[bool, ColumnElement[bool]] = {False: ON_SHELF, True: and_(ON_SHELF, KIND)}
CARDS = select(*CARD).where(C.id.in_(bindparam("ids", expanding=True)))
CARDS = CARDS.order_by(C.opened_at.desc(), C.id.desc())


# How many lie on a shelf, by kind.
Counts = dict[tuple[int, str], int]


class Sight(msgspec.Struct, frozen=True):
    """What a map is narrowed to; `lately`: only what was opened or settled in the last 30 days."""

    category: str = ""
    state: MapState = MapState.NOW
    lately: bool = False

    @property
    def kind(self) -> str | None:
        return self.category if self.category in set(Category) else None

    @property
    def shelves(self) -> tuple[int, int]:
        low, high = SHELVES[self.state, self.lately]
        return low.value, high.value

    def shelves_of(self, counts: Counts) -> tuple[int, ...]:
        """Return in order the shelves that it shows and on which something is counted."""
        low, high = self.shelves
        return tuple(
            sorted({s for s, kind in counts if low <= s <= high and self.kind in (None, kind)})
        )

    def address(self, key: str, value: str) -> str:
        """Return the query of a map that differs from this one in one filter alone."""
        time = str(LATELY.days) if self.lately else ""
        state = "" if self.state is MapState.NOW else self.state.value
        kept = {"category": self.kind or "", "state": state, "time": time} | {key: value}
        asked = urlencode({name: one for name, one in kept.items() if one})
        return f"?{asked}" if asked else ""

    @property
    def given(self) -> dict[str, Any]:
        """Return the values of the conditions in SHOWN."""
        low, high = self.shelves
        kind = {"kind": self.kind} if self.kind else {}
        return {"shelf_low": low, "shelf_high": high} | kind


DEGREE_M = 111_320.0
# Read backwards from the end of the shelf of what was settled lately.
FIXED = select(*CARD).where(C.shelf == Shelf.SETTLED.value, C.status == Status.FIXED.value)
FIXED = FIXED.order_by(C.ended_at.desc(), C.id.desc()).limit(1)
EVERYTHING = Sight(state=MapState.ALL)


class Point(NamedTuple):
    """One report on the map, told as an array; its `id` in hex digits, with or without hyphens."""

    id: str
    lat: float
    lon: float
    category: str
    status: str
    title: str


# Made of hundreds of rows for every view: without a call into Python for each.
AS_POINT: Callable[[tuple[Any, ...]], Point] = partial(tuple.__new__, Point)


class View(msgspec.Struct, frozen=True):
    """What a map shows: single reports where they are few, else counts per cell."""

    clusters: list[Cluster]
    points: list[Point]


def in_view(session: Session, box: Box, zoom: int, sight: Sight = EVERYTHING) -> View:
    """Return the view of `box` (west, south, east, north in degrees) at a map zoom."""
    if zoom >= POINT_ZOOM:
        only, most = SHOWN[sight.kind is not None], VIEW_LIMIT + 1
        rows = plain_points_in(session, TABLE, POINT, box, most, only, sight.given)
        if len(rows) < most:
            return View([], list(map(AS_POINT, rows)))
    # A level coarser than the view: rings stand a ring's width apart.
    narrowed: dict[str, Any] = {"category": sight.kind, "shelves": sight.shelves}
    return View(clusters_in(session, REPORT_CLUSTER, box, zoom - 1, **narrowed), [])


def cards_in(
    session: Session, box: Box, sight: Sight = EVERYTHING, limit: int = SHEET
) -> list[ReportCard]:
    """Return the newest reports within `box` (west, south, east, north), newest first.

    True however many there are: few are sorted; of many, each shelf is read the shorter way.
    """
    counts = counts_in(session, REPORT_CLUSTER, box)
    shelves = sight.shelves_of(counts)
    if not shelves:
        return []
    # Whatever a place's filter, its index is read with all that lie there.
    if sum(counts.values()) <= FEW:
        only, given = SHOWN[sight.kind is not None], sight.given
        rows = list(newest_in(session, TABLE, NEWEST_KEYS, box, limit, only, given))
    else:
        rows = _by_shelf(session, box, sight, limit, counts)
    return _cards(session, [row.id for row in rows])


def _by_shelf(
    session: Session, box: Box, sight: Sight, limit: int, counts: Counts
) -> list[Row[Any]]:
    """Return the newest of each shelf put together, the newest `limit` of them first to last."""
    city = counts_in(session, REPORT_CLUSTER, WORLD)
    rows: list[Row[Any]] = []
    for shelf in sight.shelves_of(counts):
        here, whole, shown = _on(shelf, counts), _on(shelf, city), _on(shelf, counts, sight.kind)
        # What waits evenly over the years is met once in so many steps on the way back in time.
        if limit * whole <= here * max(shown, 1):
            rows += _walked(session, box, shelf, sight, limit)
        else:
            only = LYING[shelf, sight.kind is not None]
            rows += newest_in(session, TABLE, NEWEST_KEYS, box, limit, only, sight.given)
    rows.sort(key=lambda row: (row.opened_at, row.id), reverse=True)
    return rows[:limit]


def _on(shelf: int, counts: Counts, kind: str | None = None) -> int:
    return sum(n for (on, of), n in counts.items() if on == shelf and kind in (None, of))


def _walked(session: Session, box: Box, shelf: int, sight: Sight, limit: int) -> Sequence[Row[Any]]:
    edges = dict(zip(("west", "south", "east", "north"), box, strict=True))
    statement = WALK[shelf, sight.kind is not None]
    return session.connection().execute(statement, edges | sight.given | {"most": limit}).all()


def newest_shown(session: Session, sight: Sight, limit: int = SHEET) -> list[ReportCard]:
    """Return the newest reports of the whole city that the map shows, newest first."""
    return cards_in(session, WORLD, sight, limit)


def newest_near(
    session: Session, lat: float, lon: float, radius_m: float, limit: int
) -> list[ReportCard]:
    """Return the newest the map shows within `radius_m` of a place, as a square, newest first."""
    high = radius_m / DEGREE_M
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    box = (max(lon - wide, -180), max(lat - high, -90), min(lon + wide, 180), min(lat + high, 90))
    return cards_in(session, box, Sight(), limit)


def last_fixed(session: Session) -> ReportCard | None:
    """Return what the city mended last, of what anyone may see."""
    row = session.connection().execute(FIXED).first()
    return card_of(row) if row else None


def _cards(session: Session, ids: list[Any]) -> list[ReportCard]:
    rows = session.connection().execute(CARDS, {"ids": ids}) if ids else ()
    return [card_of(row) for row in rows]


def _lying(shelf: int, *, kind: bool) -> ColumnElement[bool]:
    """Return the condition of one shelf: as a number of its own, so that its index is taken."""
    on = C.shelf == literal_column(str(shelf))
    return and_(on, KIND) if kind else on


def _walk(shelf: int, *, kind: bool) -> Select[Any]:
    """Return the newest of a shelf within a box, read from its newest back until enough are met."""
    newest = select(*NEWEST_KEYS).where(_lying(shelf, kind=kind), within(TABLE))
    return newest.order_by(C.opened_at.desc(), C.id.desc()).limit(MOST)


WAYS = [(shelf.value, kind) for shelf in Shelf for kind in (False, True)]
LYING = {(shelf, kind): _lying(shelf, kind=kind) for shelf, kind in WAYS}
WALK = {(shelf, kind): _walk(shelf, kind=kind) for shelf, kind in WAYS}
