"""Reports of the same kind close by: so that one lamp is one report, and many hear of it."""

import math
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import FromClause, and_, bindparam, select

from participation.reports.models import Report
from participation.reports.rules import ENDED, PUBLIC, Category, seen_at
from services.db import Session
from services.db.plans import unsought
from services.maps import points_in

NEAR_M = 50.0
RECENT = timedelta(days=14)
SHOWN = 5
# More than this many of one kind on one spot are all told by the nearest few.
LOOKED_AT = 2000
DEGREE_M = 111_320.0
Spot = tuple[float, float]
LIVE = frozenset(s.value for s in PUBLIC if s not in ENDED)
TABLE: FromClause = Report.__table__
SPOT = (TABLE.c.id, TABLE.c.lat, TABLE.c.lon)
# All of it stands in the index of places, so that what is long settled there costs no row.
SAME = and_(
    TABLE.c.category == bindparam("kind"),
    unsought(TABLE.c.status).in_(sorted(LIVE)),
    TABLE.c.opened_at > bindparam("since"),
)
ROWS = select(
    TABLE.c.id,
    TABLE.c.title,
    TABLE.c.status,
    TABLE.c.opened_at,
    TABLE.c.place,
    TABLE.c.photo_hash,
    TABLE.c.followers,
).where(TABLE.c.id.in_(bindparam("ids", expanding=True)), TABLE.c.merged_into.is_(None))


class Near(msgspec.Struct, frozen=True):
    """A live report of the same kind, `metres` away."""

    id: str
    title: str
    status: str
    opened_at: datetime
    place: str
    picture: str | None
    followers: int
    metres: int


def near_same(
    session: Session, category: Category, lat: float, lon: float, *, at: datetime
) -> list[Near]:
    """Return live reports of a kind within 50 metres, at most 14 days old, nearest first."""
    wide, high = _reach(lat)
    # What is told of this place roughly stands in the middle of its field, further off or not.
    middle = seen_at(category, lat, lon)
    west, east = min(lon - wide, middle[1]), max(lon + wide, middle[1])
    south, north = min(lat - high, middle[0]), max(lat + high, middle[0])
    box = (west, south, east, north)
    given = {"kind": category.value, "since": at - RECENT}
    found = points_in(session, TABLE, SPOT, box, LOOKED_AT, SAME, given)
    away = {
        row.id: metres
        for row in found
        if (metres := _away((lat, lon), middle, (row.lat, row.lon))) <= NEAR_M
    }
    rows = session.connection().execute(ROWS, {"ids": list(away)}).all() if away else []
    nearest = sorted(rows, key=lambda row: away[row.id])
    return [_near(row, away) for row in nearest[:SHOWN]]


def _reach(lat: float) -> tuple[float, float]:
    """Return 50 metres as degrees of longitude and latitude."""
    high = NEAR_M / DEGREE_M
    return high / max(math.cos(math.radians(lat)), 0.01), high


def _away(spot: Spot, middle: Spot, there: Spot) -> float:
    return 0.0 if there == middle else metres_between(*spot, *there)


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the distance of two near places in metres, on a flat earth; under 0.1 % off here."""
    squeeze = math.cos(math.radians((lat + other_lat) / 2))
    return math.hypot(other_lat - lat, (other_lon - lon) * squeeze) * DEGREE_M


def _near(row: Any, away: dict[UUID, float]) -> Near:
    return Near(
        id=str(row.id),
        title=row.title,
        status=row.status,
        opened_at=row.opened_at,
        place=row.place,
        picture=f"/media/{row.photo_hash}/large.webp" if row.photo_hash else None,
        followers=row.followers,
        metres=round(away[row.id]),
    )
