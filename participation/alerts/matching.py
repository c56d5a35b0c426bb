"""Which circles hold a place: one index lookup a level, then the exact distance.

Each circle is covered by the squares that touch its bounding box, of a level whose squares are
at least as wide as its radius: nine at most. A place lies in one square of each level, so all
circles around it are found by as many equality lookups as there are levels, however many circles
there are elsewhere.
"""

import math
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Float, FromClause, bindparam, func, or_, select

from participation.alerts.models import NO_CIRCLE, SOME_WORDS, Alert, AlertCell
from participation.alerts.rules import EARTH_M, MOST_M, Kind, grams_in, metres_between
from services.db import Session
from services.maps import morton

BITS = 26
# Levels that 50 m to 20 km need between 85 degrees south and north.
LEVELS = range(8, 21)
LEVEL_SHIFT = 56
# A hand's breadth, so that a rounded edge never loses a square.
MARGIN = 1e-6

ALERTS: FromClause = Alert.__table__
CELLS: FromClause = AlertCell.__table__
COLUMNS = (
    *(ALERTS.c.id, ALERTS.c.person_id, ALERTS.c.label, ALERTS.c.way),
    *(ALERTS.c.categories, ALERTS.c.words),
)
LIVE = select(*COLUMNS).where(ALERTS.c.active, ALERTS.c.removed_at.is_(None))
# Built once: building a statement costs more than running it.
WHOLE_CITY = LIVE.where(NO_CIRCLE, ALERTS.c.kind == Kind.CITY)
IN_WARD = LIVE.where(NO_CIRCLE, ALERTS.c.kind == Kind.WARD, ALERTS.c.ward == bindparam("ward"))
BY_WORDS = LIVE.where(SOME_WORDS, ALERTS.c.gram.in_(bindparam("grams", expanding=True)))
AT_ONCE = 500
# Metres a degree, a little too few: the box leaves out only what is surely too far away.
DEGREE_M = 111_000.0
HIGH = func.abs(CELLS.c.lat - bindparam("lat", type_=Float)) * DEGREE_M
APART = func.abs(CELLS.c.lon - bindparam("lon", type_=Float))
AROUND = (
    LIVE.add_columns(CELLS.c.lat, CELLS.c.lon, CELLS.c.radius_m)
    .join(CELLS, CELLS.c.alert_id == ALERTS.c.id)
    .where(
        CELLS.c.cell.in_(bindparam("cells", type_=BigInteger, expanding=True)),
        CELLS.c.radius_m >= HIGH,
        # Over the date line the two are nearly a whole turn apart.
        or_(APART * bindparam("wide", type_=Float) <= CELLS.c.radius_m, APART > 300.0),
    )
)


class Following(msgspec.Struct, frozen=True):
    """An alert as far as telling its person needs it."""

    id: UUID
    person_id: UUID
    label: str
    way: str


def cover(lat: float, lon: float, radius_m: float) -> list[int]:
    """Return the cells (level and Morton code in one integer) that cover a circle."""
    angle = radius_m / EARTH_M
    high = math.degrees(angle) + MARGIN
    squeeze = math.cos(math.radians(min(abs(lat) + high, 89.0)))
    wide = math.degrees(math.asin(min(1.0, math.sin(angle) / squeeze))) + MARGIN
    level = _level(radius_m, squeeze)
    across, down = 360.0 / (1 << (BITS - level)), 180.0 / (1 << (BITS - level))
    columns = _steps(lon - wide + 180.0, lon + wide + 180.0, across)
    rows = _steps(lat - high + 90.0, lat + high + 90.0, down)
    last = (1 << (BITS - level)) - 1
    found = {
        _cell(level, ((x & last) + 0.5) * across - 180.0, (y + 0.5) * down - 90.0)
        for x in columns
        for y in rows
        if 0 <= y <= last
    }
    return sorted(found)


def _level(radius_m: float, squeeze: float) -> int:
    unit = math.radians(1.0) * EARTH_M / (1 << BITS)
    smallest = min(360.0 * squeeze, 180.0) * unit
    return max(LEVELS[0], math.ceil(math.log2(radius_m / smallest)))


def _steps(low: float, high: float, size: float) -> range:
    return range(math.floor(low / size), math.floor(high / size) + 1)


def _cell(level: int, lon: float, lat: float) -> int:
    return level << LEVEL_SHIFT | morton(lon, lat) >> 2 * level


def cells_at(lat: float, lon: float) -> list[int]:
    """Return the cells a place lies in, one a level."""
    return [_cell(level, lon, lat) for level in LEVELS]


def circles_at(session: Session, lat: float, lon: float) -> list[Any]:
    """Return the alerts whose circle holds a place (degrees), exact to the rounding of floats."""
    farthest = min(abs(lat) + math.degrees(MOST_M / EARTH_M), 89.9)
    given = {
        "cells": cells_at(lat, lon),
        "lat": lat,
        "lon": lon,
        "wide": DEGREE_M * math.cos(math.radians(farthest)),
    }
    rows = session.connection().execute(AROUND, given).all()
    # By position: a name costs more to look up than the distance to work out.
    return [row for row in rows if metres_between(row[-3], row[-2], lat, lon) <= row[-1]]


def matches(
    session: Session, place: tuple[float, float], category: str, *, text: str, ward: str
) -> list[Following]:
    """Return who follows a report at `place` (lat, lon), by circle, ward, words and kind."""
    found = {row[0]: row for row in circles_at(session, *place)}
    connection, said = session.connection(), text.lower()
    found |= {row[0]: row for row in connection.execute(WHOLE_CITY)}
    if ward:
        found |= {row[0]: row for row in connection.execute(IN_WARD, {"ward": ward})}
    grams = sorted(grams_in(text))
    # A long text has more beginnings than one statement should carry.
    for start in range(0, len(grams), AT_ONCE):
        rows = connection.execute(BY_WORDS, {"grams": grams[start : start + AT_ONCE]})
        found |= {row[0]: row for row in rows if row.words.lower() in said}
    wanted = f",{category},"
    return [
        Following(key, person_id, label, way)
        for key, person_id, label, way, categories, *_ in found.values()
        if not categories or wanted in categories
    ]


def ward_followed(session: Session) -> bool:
    """Say whether anyone follows a ward: only then it is worth finding a report's."""
    return (
        session.scalar(select(Alert.id).where(NO_CIRCLE, Alert.kind == Kind.WARD).limit(1))
        is not None
    )
