"""What the map shows, and its list: the same reports, by the same filters, from the same index."""

import math
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import msgspec
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    literal_column,
    select,
    union_all,
)

from participation.reports.models import REPORT_CLUSTER
from participation.reports.queries import CARD, KEY, TABLE, C, ReportCard, card_of
from participation.reports.rules import LATELY, SHELVES, Category, MapState, Shelf, Status
from services.db import Session
from services.maps import Box, Cluster, clusters_in, counts_in, newest_in, points_in, within

POINT_ZOOM = 15
# More single reports than this are told as clusters again: none is left out.
VIEW_LIMIT = 1000
SHEET = 50
# Of so many and fewer all are sorted; of more it is quicker to walk from the newest on.
FEW = 10_000
POINT = (KEY, C.lat, C.lon, C.category, C.status, C.title)
NEWEST_KEYS = (C.opened_at, C.id)
LOW, HIGH = (bindparam(name, type_=Integer) for name in ("shelf_low", "shelf_high"))
MOST = bindparam("most", type_=Integer)
KIND: ColumnElement[bool] = C.category == bindparam("kind")
# The sum keeps both databases from the shelf's own index: they are to read by place, or by time.
ON_SHELF: ColumnElement[bool] = (C.shelf + literal_column("0")).between(LOW, HIGH)
SHOWN: dict[bool, ColumnElement[bool]] = {False: ON_SHELF, True: and_(ON_SHELF, KIND)}
CARDS = select(*CARD).where(C.id.in_(bindparam("ids", expanding=True)))
CARDS = CARDS.order_by(C.opened_at.desc(), C.id.desc())


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

    def shelves_of(self, counts: dict[tuple[int, str], int]) -> tuple[int, ...]:
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


class Point(msgspec.Struct, frozen=True):
    id: str
    lat: float
    lon: float
    category: str
    status: str
    title: str


class View(msgspec.Struct, frozen=True):
    """What a map shows: single reports where they are few, else counts per cell."""

    clusters: list[Cluster]
    points: list[Point]


def in_view(session: Session, box: Box, zoom: int, sight: Sight = EVERYTHING) -> View:
    """Return the view of `box` (west, south, east, north in degrees) at a map zoom."""
    if zoom >= POINT_ZOOM:
        only, most = SHOWN[sight.kind is not None], VIEW_LIMIT + 1
        rows = points_in(session, TABLE, POINT, box, most, only, sight.given)
        if len(rows) < most:
            return View([], [Point(*row) for row in rows])
    # A level coarser than the view: rings stand a ring's width apart.
    narrowed: dict[str, Any] = {"category": sight.kind, "shelves": sight.shelves}
    return View(clusters_in(session, REPORT_CLUSTER, box, zoom - 1, **narrowed), [])


def cards_in(
    session: Session, box: Box, sight: Sight = EVERYTHING, limit: int = SHEET
) -> list[ReportCard]:
    """Return the newest reports within `box` (west, south, east, north), newest first.

    True however many there are: few are sorted, of many the newest are walked through, along the
    shelves on which any of them stand.
    """
    counts = counts_in(session, REPORT_CLUSTER, box)
    shelves = sight.shelves_of(counts)
    if not shelves:
        return []
    kind = sight.kind is not None
    # Whatever a place's filter, its index is read with all that lie there.
    if sum(counts.values()) <= FEW:
        only, given = SHOWN[kind], sight.given
        rows = newest_in(session, TABLE, NEWEST_KEYS, box, limit, only, given)
    else:
        given = dict(zip(("west", "south", "east", "north"), box, strict=True))
        given |= sight.given | {"most": limit}
        rows = session.connection().execute(_walk(shelves, kind=kind), given).all()
    return _cards(session, [row.id for row in rows])


def newest_shown(session: Session, sight: Sight, limit: int = SHEET) -> list[ReportCard]:
    """Return the newest reports of the whole city that the map shows, newest first."""
    return cards_in(session, (-180.0, -90.0, 180.0, 90.0), sight, limit)


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


@lru_cache(maxsize=32)
def _walk(shelves: tuple[int, ...], *, kind: bool) -> Select[Any]:
    """Return the newest within a box, read off each shelf from its newest until enough are found.

    Each shelf is walked for itself, so that one on which little lies costs no way along another.
    """
    walks = [_along(shelf, kind=kind) for shelf in shelves]
    if len(walks) == 1:
        return walks[0]
    found = union_all(*(select(walk.subquery()) for walk in walks)).subquery().c
    newest = select(found.opened_at, found.id)
    return newest.order_by(found.opened_at.desc(), found.id.desc()).limit(MOST)


def _along(shelf: int, *, kind: bool) -> Select[Any]:
    wanted = [C.shelf == literal_column(str(int(shelf))), within(TABLE)] + ([KIND] if kind else [])
    newest = select(*NEWEST_KEYS).where(*wanted)
    return newest.order_by(C.opened_at.desc(), C.id.desc()).limit(MOST)
