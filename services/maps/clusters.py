"""Clusters of a view: sums per zoom, cell, shelf and category, kept up at each write."""

import math
from collections.abc import Iterable
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
    select,
    union_all,
)

from services.db import Session
from services.maps.cells import BITS, Box, morton, ranges
from services.maps.index import HIGH, LOW, MOST_ARMS, bound
from services.maps.sums import Key, add_sums, note_sums, write_noted

FINEST, COARSEST = 15, 6
ALL_SHELVES = (1, 32_000)
ZOOMS = range(COARSEST, FINEST + 1)


class Cluster(msgspec.Struct, frozen=True):
    """How many places lie together, and their middle in WGS84 degrees."""

    lat: float
    lon: float
    n: int
    category: str


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
    """Count many points (lat, lon, category, shelf) in at every zoom, at once, a cell a row.

    For a transaction that does nothing else: its rows are held from here on.
    """
    sums: dict[Key, list[float]] = {}
    for lat, lon, category, shelf in points:
        cell = morton(lon, lat)
        for zoom in ZOOMS:
            one = sums.setdefault((zoom, cell >> _shift(zoom), shelf, category), [0, 0.0, 0.0])
            one[0], one[1], one[2] = one[0] + 1, one[1] + lat, one[2] + lon
    add_sums(session, table, sums)


def move_point(
    session: Session, table: Table, *, lat: float, lon: float, category: str, was: int, now: int
) -> None:
    """Count a point out of one shelf and into another at every zoom; shelf 0 is none.

    It is stored at the commit, and counted in this transaction by whoever asks before.
    """
    cell = morton(lon, lat)
    steps = [(shelf, by) for shelf, by in ((was, -1), (now, 1)) if shelf and was != now]
    sums = {
        (zoom, cell >> _shift(zoom), shelf, category): (by, lat * by, lon * by)
        for zoom in ZOOMS
        for shelf, by in steps
    }
    note_sums(session, table, sums)


def count_all(session: Session, table: Table, points: FromClause) -> int:
    """Count every row of `points` that has a shelf anew, and return how many those are."""
    # What waits for the commit is in these rows already.
    write_noted(session)
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
    write_noted(session)
    values, count = _level(box, zoom)
    values |= {"category": category, "first": shelves[0], "last": shelves[1]}
    query = _rings(table, count, category is not None, shelves != ALL_SHELVES)
    rows = session.connection().execute(query, values)
    return [Cluster(lat / n, lon / n, int(n), category or "") for n, lat, lon in rows if n > 0]


def counts_in(session: Session, table: Table, box: Box) -> dict[tuple[int, str], int]:
    """Return by shelf and category about how many points `box` holds, never fewer.

    Those of its whole cells are counted; what is not named is not there.
    """
    write_noted(session)
    width = max(box[2] - box[0], box[3] - box[1], 1e-6)
    values, count = _level(box, math.floor(math.log2(360 / width)))
    rows = session.connection().execute(_counts(table, count), values)
    return {(shelf, category): int(n) for shelf, category, n in rows}


def _level(box: Box, zoom: int) -> tuple[dict[str, Any], int]:
    """Return the values of the ranges of clusters that cover a box, and how many ranges it are."""
    level = min(max(zoom, COARSEST), FINEST)
    shift = _shift(level)
    merged: list[tuple[int, int]] = []
    for low, high in ranges(box, MOST_ARMS):
        first, last = low >> shift, high >> shift
        # Clusters may be wider than the ranges' squares: none is to be counted twice.
        if merged and first <= merged[-1][1] + 1:
            first = merged.pop()[0]
        merged.append((first, last))
    return bound(merged) | {"zoom": level}, len(merged)


def _reach(table: Table, number: int) -> ColumnElement[bool]:
    """Return one arm's condition: an OR of ranges would have SQLite read the zoom's every row."""
    return and_(
        table.c.zoom == bindparam("zoom", type_=Integer),
        table.c.cell >= bindparam(LOW[number], type_=BigInteger),
        table.c.cell <= bindparam(HIGH[number], type_=BigInteger),
        table.c.n > 0,
    )


@lru_cache(maxsize=128)
def _rings(table: Table, count: int, of_kind: bool, of_shelves: bool) -> CompoundSelect[Any]:
    c = table.c
    narrowed: list[ColumnElement[bool]] = []
    if of_shelves:
        first, last = (bindparam(name, type_=Integer) for name in ("first", "last"))
        narrowed.append(c.shelf.between(first, last))
    if of_kind:
        narrowed.append(c.category == bindparam("category", type_=String))
    # No cell lies in two arms, so each arm sums its own, in the order of the index.
    sums = select(func.sum(c.n), func.sum(c.sum_lat), func.sum(c.sum_lon)).group_by(c.cell)
    return union_all(*(sums.where(_reach(table, n), *narrowed) for n in range(count)))


@lru_cache(maxsize=64)
def _counts(table: Table, count: int) -> Select[Any]:
    c = table.c
    arms = (select(c.shelf, c.category, c.n).where(_reach(table, n)) for n in range(count))
    shelf, category, n = union_all(*arms).subquery().c
    return select(shelf, category, func.sum(n)).group_by(shelf, category)
