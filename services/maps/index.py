"""Points in a box and clusters of a view, in SQL that both databases run from an index."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    FromClause,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from services.db import Session
from services.maps.cells import BITS, Box, morton, ranges

FINEST, COARSEST = 15, 6
BATCH = 1000


class Cluster(msgspec.Struct, frozen=True):
    """How many places lie together, and their middle in WGS84 degrees."""

    lat: float
    lon: float
    n: int
    category: str


def points_in(
    session: Session, table: FromClause, columns: Sequence[Any], box: Box, limit: int
) -> Select[Any]:
    """Return the select of `columns` for the rows of `table` within `box` (w, s, e, n).

    `table` has an index that begins with `cell`. SQLite reads one range per arm of a UNION ALL;
    PostgreSQL takes the same ranges as one OR.
    """
    cell, lat, lon = table.c.cell, table.c.lat, table.c.lon
    exact = and_(lon >= box[0], lon <= box[2], lat >= box[1], lat <= box[3])
    near = [and_(cell >= lo, cell <= hi) for lo, hi in ranges(box)]
    return select(*columns).where(or_(*near), exact).limit(limit)


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
    for start in range(0, len(rows), BATCH):
        _upsert(session, table, rows[start : start + BATCH])


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
    module: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new = module.insert(table).values(rows)
    sums = {c: table.c[c] + new.excluded[c] for c in ("n", "sum_lat", "sum_lon")}
    session.execute(new.on_conflict_do_update(index_elements=table.primary_key, set_=sums))


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
