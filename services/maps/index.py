"""Points in a box and clusters of a view, in SQL that both databases run from an index."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    CompoundSelect,
    Float,
    FromClause,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from services.db import Session
from services.maps.cells import BITS, Box, morton, ranges

FINEST, COARSEST = 15, 6
MOST_ARMS = 16
EDGES = ("west", "south", "east", "north")
LOW = tuple(f"low{n}" for n in range(MOST_ARMS))
HIGH = tuple(f"high{n}" for n in range(MOST_ARMS))


class Cluster(msgspec.Struct, frozen=True):
    """How many places lie together, and their middle in WGS84 degrees."""

    lat: float
    lon: float
    n: int
    category: str


def points_in(
    session: Session, table: FromClause, columns: Sequence[Any], box: Box, limit: int
) -> Sequence[Any]:
    """Return up to `limit` rows of `columns` of `table` within `box` (w, s, e, n in degrees).

    `table` has an index that begins with `cell`; one that also holds what is asked for is read
    alone. Each range of cells is one arm of a UNION ALL: both databases read that straight
    from the index, where an OR makes them gather and sort row numbers first.
    """
    near = ranges(box, MOST_ARMS)
    given: dict[str, float | int] = dict(zip(EDGES, box, strict=True)) | {"most": limit}
    for number, (low, high) in enumerate(near):
        given[LOW[number]], given[HIGH[number]] = low, high
    query = _arms(table, tuple(columns), len(near))
    return session.connection().execute(query, given).all()


@lru_cache(maxsize=256)
def _arms(table: FromClause, columns: tuple[Any, ...], count: int) -> CompoundSelect[Any]:
    """Return the statement for `count` ranges, built once: building costs more than running."""
    cell, lat, lon = table.c.cell, table.c.lat, table.c.lon
    west, south, east, north = (bindparam(name, type_=Float) for name in EDGES)
    exact = and_(lon >= west, lon <= east, lat >= south, lat <= north)
    arms = [
        select(*columns).where(
            cell >= bindparam(LOW[n], type_=BigInteger),
            cell <= bindparam(HIGH[n], type_=BigInteger),
            exact,
        )
        for n in range(count)
    ]
    return union_all(*arms).limit(bindparam("most", type_=Integer))


def cluster_table(name: str, metadata: MetaData) -> Table:
    """Return the table of sums per zoom, cell and category for one kind of point."""
    return Table(
        name,
        metadata,
        Column("zoom", Integer, primary_key=True, autoincrement=False),
        Column("cell", BigInteger, primary_key=True, autoincrement=False),
        Column("category", String(30), primary_key=True),
        Column("n", Integer, nullable=False),
        Column("sum_lat", Float, nullable=False),
        Column("sum_lon", Float, nullable=False),
    )


def add_point(session: Session, table: Table, *, lat: float, lon: float, category: str) -> None:
    """Count a point in at every zoom."""
    _count(session, table, lat, lon, category, 1)


def add_points(session: Session, table: Table, points: Iterable[tuple[float, float, str]]) -> None:
    """Count many points (lat, lon, category) in at every zoom, with one row a cell."""
    sums: dict[tuple[int, int, str], list[float]] = {}
    for lat, lon, category in points:
        cell = morton(lon, lat)
        for zoom in range(COARSEST, FINEST + 1):
            one = sums.setdefault((zoom, cell >> _shift(zoom), category), [0, 0.0, 0.0])
            one[0], one[1], one[2] = one[0] + 1, one[1] + lat, one[2] + lon
    rows = [
        {"zoom": z, "cell": c, "category": k, "n": int(n), "sum_lat": lat, "sum_lon": lon}
        for (z, c, k), (n, lat, lon) in sorted(sums.items())
    ]
    _upsert(session, table, rows)


def remove_point(session: Session, table: Table, *, lat: float, lon: float, category: str) -> None:
    """Count a point out at every zoom; it must have been counted in."""
    _count(session, table, lat, lon, category, -1)


def _count(session: Session, table: Table, lat: float, lon: float, category: str, by: int) -> None:
    cell = morton(lon, lat)
    rows = [
        {
            "zoom": zoom,
            "cell": cell >> _shift(zoom),
            "category": category,
            "n": by,
            "sum_lat": lat * by,
            "sum_lon": lon * by,
        }
        for zoom in range(COARSEST, FINEST + 1)
    ]
    _upsert(session, table, rows)


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
    session: Session, table: Table, box: Box, zoom: int, *, category: str | None = None
) -> list[Cluster]:
    """Return the clusters of `box` (w, s, e, n) at a map zoom, of one category or of all."""
    level = min(max(zoom, COARSEST), FINEST)
    shift = _shift(level)
    near = [
        and_(table.c.cell >= lo >> shift, table.c.cell <= hi >> shift) for lo, hi in ranges(box)
    ]
    n, lat, lon = func.sum(table.c.n), func.sum(table.c.sum_lat), func.sum(table.c.sum_lon)
    query = (
        select(n, lat, lon)
        .where(table.c.zoom == level, table.c.n > 0, or_(*near))
        .group_by(table.c.cell)
    )
    if category is not None:
        query = query.where(table.c.category == category)
    rows = session.execute(query)
    return [Cluster(lat / n, lon / n, int(n), category or "") for n, lat, lon in rows if n > 0]
