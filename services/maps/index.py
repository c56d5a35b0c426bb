"""Points in a box, in SQL that both databases run from an index."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Float,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    select,
    union_all,
)

from services.db import Session
from services.maps.cells import Box, ranges

MOST_ARMS = 16
EDGES = ("west", "south", "east", "north")
LOW = tuple(f"low{n}" for n in range(MOST_ARMS))
HIGH = tuple(f"high{n}" for n in range(MOST_ARMS))
MOST = bindparam("most", type_=Integer)


def points_in(
    session: Session,
    table: FromClause,
    columns: Sequence[Any],
    box: Box,
    limit: int,
    only: ColumnElement[bool] | None = None,
    given: Mapping[str, Any] | None = None,
) -> Sequence[Any]:
    """Return up to `limit` rows of `columns` of `table` within `box` (w, s, e, n in degrees).

    `table` has an index that begins with `cell`; one that also holds what is asked for is read
    alone. `only` narrows the rows by bound values `given`: one expression made once, for
    statements are kept by it. Each range of cells is one arm of a UNION ALL: both databases read
    that straight from the index, where an OR makes them gather and sort row numbers first.
    """
    near = ranges(box, MOST_ARMS)
    values = _values(box, near, limit) | dict(given or {})
    query = _some(table, tuple(columns), only, len(near))
    return session.connection().execute(query, values).all()


def plain_points_in(
    session: Session,
    table: FromClause,
    columns: Sequence[Any],
    box: Box,
    limit: int,
    only: ColumnElement[bool],
    given: Mapping[str, Any],
) -> Sequence[tuple[Any, ...]]:
    """Return what `points_in` does as the driver gives it: for columns of numbers and text alone.

    Of many rows, making each a row of SQLAlchemy's costs more than reading it from the index.
    """
    near = ranges(box, MOST_ARMS)
    query = _some(table, tuple(columns), only, len(near))
    values = _values(box, near, limit) | dict(given)
    with session.connection().execute(query, values) as result:
        return result.cursor.fetchall()


def newest_in(
    session: Session,
    table: FromClause,
    columns: Sequence[Any],
    box: Box,
    limit: int,
    only: ColumnElement[bool],
    given: Mapping[str, Any],
) -> Sequence[Any]:
    """Return the `limit` rows within `box` that come last by their first two `columns`."""
    near = ranges(box, MOST_ARMS)
    values = _values(box, near, limit) | dict(given)
    return session.connection().execute(_last(table, tuple(columns), only, len(near)), values).all()


def _values(box: Box, near: list[tuple[int, int]], limit: int) -> dict[str, Any]:
    return bound(near) | dict(zip(EDGES, box, strict=True)) | {"most": limit}


def bound(near: list[tuple[int, int]]) -> dict[str, Any]:
    """Return the values of the names in LOW and HIGH: the first and last cell of each range."""
    lows = {LOW[number]: low for number, (low, _) in enumerate(near)}
    return lows | {HIGH[number]: high for number, (_, high) in enumerate(near)}


def within(table: FromClause) -> ColumnElement[bool]:
    """Return the exact recheck of a box, whose edges are bound by the names in EDGES."""
    lat, lon = table.c.lat, table.c.lon
    west, south, east, north = (bindparam(name, type_=Float) for name in EDGES)
    return and_(lon >= west, lon <= east, lat >= south, lat <= north)


@lru_cache(maxsize=256)
def _last(
    table: FromClause, columns: tuple[Any, ...], only: ColumnElement[bool], count: int
) -> Select[Any]:
    found = _arms(table, columns, only, count).subquery()
    first, second, *_ = found.c
    return select(*found.c).order_by(first.desc(), second.desc()).limit(MOST)


@lru_cache(maxsize=256)
def _some(
    table: FromClause, columns: tuple[Any, ...], only: ColumnElement[bool] | None, count: int
) -> CompoundSelect[Any]:
    return _arms(table, columns, only, count).limit(MOST)


@lru_cache(maxsize=256)
def _arms(
    table: FromClause, columns: tuple[Any, ...], only: ColumnElement[bool] | None, count: int
) -> CompoundSelect[Any]:
    """Return the arms for `count` ranges, built once: building costs more than running."""
    cell, exact = table.c.cell, within(table)
    if only is not None:
        exact = and_(exact, only)
    arms = [
        select(*columns).where(
            cell >= bindparam(LOW[n], type_=BigInteger),
            cell <= bindparam(HIGH[n], type_=BigInteger),
            exact,
        )
        for n in range(count)
    ]
    return union_all(*arms)
