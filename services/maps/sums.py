"""Sums per zoom, cell, shelf and category: what changes them is written in one order at the commit.

Many points share a row. Written with each change, rows were held in the order of the changes, and
two who change much at once, nothing of it in common, would wait for each other for ever.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import SessionTransaction

from services.db import Session
from services.db.savepoints import within

NOTED = "cluster_sums"
# By zoom, cell, shelf and category: how many, and the sums of their latitudes and longitudes.
Key = tuple[int, int, int, str]
Sums = Mapping[Key, Sequence[float]]


class _Noted(NamedTuple):
    inside: SessionTransaction
    table: Table
    sums: Sums


def note_sums(session: Session, table: Table, sums: Sums) -> None:
    """Have sums added to those of a table when the transaction commits."""
    inside = session.get_nested_transaction() or session.get_transaction() or session.begin()
    session.info.setdefault(NOTED, []).append(_Noted(inside, table, sums))


def write_noted(session: Session) -> None:
    """Write what waits for the commit now, for who reads sums in the same transaction.

    Their rows are held from here on: whoever reads so has nothing left to hold.
    """
    for table, sums in _added_up(session):
        add_sums(session, table, sums)
        # Taken off again and not forgotten: undone to a savepoint, what was noted before it waits
        # as it did, for its writing is undone as well.
        written = {key: [-one for one in sums[key]] for key in sums}
        note_sums(session, table, written)


def add_sums(session: Session, table: Table, sums: Sums) -> None:
    """Add sums to those that are there, at once, in the order of their keys."""
    if rows := [_row(key, *one) for key, one in sorted(sums.items())]:
        session.execute(_adding(session.get_bind().dialect.name, table), rows)


def _added_up(session: Session) -> list[tuple[Table, Sums]]:
    """Return what waits, each row once; what cancels itself out is nothing."""
    whole: dict[Table, dict[Key, list[float]]] = {}
    for _, table, sums in session.info.get(NOTED, ()):
        mine = whole.setdefault(table, {})
        for key, more in sums.items():
            mine[key] = [a + b for a, b in zip(mine.get(key, (0, 0.0, 0.0)), more, strict=True)]
    left = {table: {k: one for k, one in mine.items() if any(one)} for table, mine in whole.items()}
    return sorted(left.items(), key=lambda one: one[0].name)


# Before all others, whichever was imported first: the chains of the trail and of the public history
# are held by one writer at a time, who must wait for no row any more.
@event.listens_for(Session, "before_commit", insert=True)
def _write_at_commit(session: Session) -> None:
    if NOTED in session.info and not session.in_nested_transaction():
        # For the same reason what changed reports goes before what is shared by all.
        session.flush()
        write_noted(session)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, undone: SessionTransaction) -> None:
    """A savepoint takes along what was noted in it, and in those that were kept within it."""
    if noted := session.info.get(NOTED):
        session.info[NOTED] = [one for one in noted if not within(one.inside, undone)]


@event.listens_for(Session, "after_transaction_end")
def _begin_anew(session: Session, ended: SessionTransaction) -> None:
    """However the whole ended, a session that is used again brings nothing of it along."""
    if ended.parent is None:
        session.info.pop(NOTED, None)


def _row(key: Key, n: float, lat: float, lon: float) -> dict[str, Any]:
    zoom, cell, shelf, category = key
    place = {"zoom": zoom, "cell": cell, "shelf": shelf, "category": category}
    return place | {"n": int(n), "sum_lat": lat, "sum_lon": lon}


@lru_cache(maxsize=16)
def _adding(dialect: str, table: Table) -> Any:
    module: Any = postgresql if dialect == "postgresql" else sqlite
    new = module.insert(table)
    sums = {c: table.c[c] + new.excluded[c] for c in ("n", "sum_lat", "sum_lon")}
    return new.on_conflict_do_update(index_elements=table.primary_key, set_=sums)
