"""Points in a box and clusters of a view, in SQL that both databases run from an index."""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    CompoundSelect,
    Float,
    FromClause,
    Integer,
    MetaData,
    Select,
    SmallInteger,
    String,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from services.db import Session
from services.maps.cells import BITS, Box, morton, ranges

FINEST, COARSEST = 15, 6
ALL_SHELVES = (1, 32_000)
ZOOMS = range(COARSEST, FINEST + 1)
MOST_ARMS = 16
EDGES = ("west", "south", "east", "north")
LOW = tuple(f"low{n}" for n in range(MOST_ARMS))
HIGH = tuple(f"high{n}" for n in range(MOST_ARMS))
MOST = bindparam("most", type_=Integer)


class Cluster(msgspec.Struct, frozen=True):
    """How many places lie together, and their middle in WGS84 degrees."""

    lat: float
    lon: float
    n: int
    category: str


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
    query = _arms(table, tuple(columns), only, len(near)).limit(MOST)
    return session.connection().execute(query, values).all()


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
    given: dict[str, Any] = dict(zip(EDGES, box, strict=True)) | {"most": limit}
    for number, (low, high) in enumerate(near):
        given[LOW[number]], given[HIGH[number]] = low, high
    return given


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


def cluster_table(name: str, metadata: MetaData) -> Table:
    """Return the table of sums per zoom, cell, shelf and category for one kind of point.

    A shelf is a small number above zero whose meaning is the caller's; views ask for a run of them.
    """
    return Table(
        name,
        metadata,
        Column("zoom", Integer, primary_key=True, autoincrement=False),
        Column("cell", BigInteger, primary_key=True, autoincrement=False),
        Column("shelf", SmallInteger, primary_key=True, autoincrement=False),
        Column("category", String(30), primary_key=True),
        Column("n", Integer, nullable=False),
        Column("sum_lat", Float, nullable=False),
        Column("sum_lon", Float, nullable=False),
    )


def add_points(
    session: Session, table: Table, points: Iterable[tuple[float, float, str, int]]
) -> None:
    """Count many points (lat, lon, category, shelf) in at every zoom, with one row a cell."""
    sums: dict[tuple[int, int, int, str], list[float]] = {}
    for lat, lon, category, shelf in points:
        cell = morton(lon, lat)
        for zoom in ZOOMS:
            one = sums.setdefault((zoom, cell >> _shift(zoom), shelf, category), [0, 0.0, 0.0])
            one[0], one[1], one[2] = one[0] + 1, one[1] + lat, one[2] + lon
    _upsert(session, table, [_row(key, *one) for key, one in sorted(sums.items())])


def move_point(
    session: Session, table: Table, *, lat: float, lon: float, category: str, was: int, now: int
) -> None:
    """Count a point out of one shelf and into another at every zoom; shelf 0 is none.

    The rows are written in one order whatever the way, so that two who cross do not block each
    other for ever.
    """
    cell = morton(lon, lat)
    steps = sorted((shelf, by) for shelf, by in ((was, -1), (now, 1)) if shelf)
    keys = [
        ((zoom, cell >> _shift(zoom), shelf, category), by) for zoom in ZOOMS for shelf, by in steps
    ]
    _upsert(session, table, [_row(key, by, lat * by, lon * by) for key, by in keys])


def count_all(session: Session, table: Table, points: FromClause) -> int:
    """Count every row of `points` that has a shelf anew, and return how many those are."""
    session.execute(delete(table))
    p = points.c
    for zoom in ZOOMS:
        cell = p.cell.op(">>", return_type=BigInteger())(literal_column(str(_shift(zoom))))
        sums = (func.count(), func.sum(p.lat), func.sum(p.lon))
        level: ColumnElement[int] = literal_column(str(zoom))
        counted = select(level, cell, p.shelf, p.category, *sums).where(p.shelf > 0)
        counted = counted.group_by(cell, p.shelf, p.category)
        names = ["zoom", "cell", "shelf", "category", "n", "sum_lat", "sum_lon"]
        session.execute(insert(table).from_select(names, counted))
    whole = select(func.coalesce(func.sum(table.c.n), 0)).where(table.c.zoom == COARSEST)
    return int(session.scalar(whole) or 0)


def _row(key: tuple[int, int, int, str], n: float, lat: float, lon: float) -> dict[str, Any]:
    zoom, cell, shelf, category = key
    place = {"zoom": zoom, "cell": cell, "shelf": shelf, "category": category}
    return place | {"n": int(n), "sum_lat": lat, "sum_lon": lon}


def _upsert(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Add each row's sums to those that are there."""
    if rows:
        session.execute(_adding(session.get_bind().dialect.name, table), rows)


@lru_cache(maxsize=16)
def _adding(dialect: str, table: Table) -> Any:
    module: Any = postgresql if dialect == "postgresql" else sqlite
    new = module.insert(table)
    sums = {c: table.c[c] + new.excluded[c] for c in ("n", "sum_lat", "sum_lon")}
    return new.on_conflict_do_update(index_elements=table.primary_key, set_=sums)


def _shift(zoom: int) -> int:
    """Clusters at a zoom are squares of a quarter of a tile's width: 64 pixels."""
    return 2 * (BITS - zoom - 2)


def clusters_in(
    session: Session,
    table: Table,
    box: Box,
    zoom: int,
    *,
    category: str | None = None,
    shelves: tuple[int, int] = ALL_SHELVES,
) -> list[Cluster]:
    """Return the clusters of `box` (w, s, e, n) at a map zoom, of one category or of all.

    `shelves` is the first and the last that are counted.
    """
    n, lat, lon = func.sum(table.c.n), func.sum(table.c.sum_lat), func.sum(table.c.sum_lon)
    query = select(n, lat, lon).where(*_counted(table, box, zoom, category, shelves))
    rows = session.execute(query.group_by(table.c.cell))
    return [Cluster(lat / n, lon / n, int(n), category or "") for n, lat, lon in rows if n > 0]


def count_in(
    session: Session, table: Table, box: Box, *, category: str | None, shelves: tuple[int, int]
) -> int:
    """Return about how many points `box` holds, never fewer: those of its whole cells."""
    width = max(box[2] - box[0], box[3] - box[1], 1e-6)
    few_cells = math.floor(math.log2(360 / width)) + 1
    wanted = _counted(table, box, few_cells, category, shelves)
    return int(session.scalar(select(func.sum(table.c.n)).where(*wanted)) or 0)


def _counted(
    table: Table, box: Box, zoom: int, category: str | None, shelves: tuple[int, int]
) -> list[ColumnElement[bool]]:
    level = min(max(zoom, COARSEST), FINEST)
    shift = _shift(level)
    near = [
        and_(table.c.cell >= lo >> shift, table.c.cell <= hi >> shift) for lo, hi in ranges(box)
    ]
    wanted = [table.c.zoom == level, table.c.n > 0, or_(*near)]
    if shelves != ALL_SHELVES:
        wanted.append(table.c.shelf.between(*shelves))
    if category is not None:
        wanted.append(table.c.category == category)
    return wanted
