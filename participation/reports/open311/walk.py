"""Where the pages of a walk ended, so that the next begins behind, whatever is written then.

A page counted from the start loses a row when one before it is hidden or closed meanwhile, and
meets one twice when one is added before it. Each place is a row, for the next page may be asked
of another process.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Engine, Table, delete, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from participation.reports.open311.models import Open311Walk
from services.db import Session, make_engine, reading_session, unit_of_work

Place = tuple[datetime, UUID]
KEPT = timedelta(minutes=30)
# Both say in one statement what else takes three: each is a way to the database and back.
INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Walks:
    """Where the walks of a city stand, for every process on its database.

    The table lies in the database itself; on SQLite in a file beside it. A page that is read must
    not wait there for the one writer's turn, nor for the disk: a place that a crash loses costs
    one walk its certainty, and nobody anything else.
    """

    def __init__(self, engine: Engine) -> None:
        self._city = engine

    @cached_property
    def engine(self) -> Engine:
        """Where the places are; made for the first walk, for most processes never see one."""
        database = self._city.url.database or ""
        apart = self._city.dialect.name == "sqlite" and database not in ("", ":memory:")
        return _beside(Path(database)) if apart else self._city

    def begins(self, session: Session, walker: str, page: int, at: datetime) -> Place | None:
        """Return the place behind which this page begins; None if that is not known.

        `session` is the one that reads the page: where the places lie in the city's database
        they are read on its way.
        """
        wanted = select(Open311Walk.opened_at, Open311Walk.report_id).where(
            Open311Walk.walker == walker, Open311Walk.page == page, Open311Walk.at > at - KEPT
        )
        if self.engine is self._city:
            found = session.execute(wanted).one_or_none()
        else:
            with reading_session(self.engine) as apart:
                found = apart.execute(wanted).one_or_none()
        return None if found is None else (found.opened_at, found.report_id)

    def ended(self, walker: str, page: int, place: Place, at: datetime) -> None:
        """Note that a page ended at this place; of a page that is read again the last one holds.

        Whoever begins a walk deletes on the way what is older than half an hour.
        """
        stood = {"opened_at": place[0], "report_id": place[1], "at": at}
        made = INSERTS[self.engine.dialect.name](Open311Walk)
        noted = made.values(walker=walker, page=page + 1, **stood)
        known = [Open311Walk.walker, Open311Walk.page]
        with unit_of_work(self.engine, durable=False) as session:
            if page == 1:
                session.execute(delete(Open311Walk).where(Open311Walk.at <= at - KEPT))
            session.execute(noted.on_conflict_do_update(index_elements=known, set_=stood))


def _beside(database: Path) -> Engine:
    """Return an engine for the places alone, its table made if this is the first process."""
    engine = make_engine(f"sqlite:///{database.with_name(database.name + '-walks')}")
    event.listen(engine, "connect", lambda made, _: made.execute("PRAGMA synchronous=OFF"))
    table = cast(Table, Open311Walk.__table__)
    with unit_of_work(engine) as session:
        session.execute(CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            session.execute(CreateIndex(index, if_not_exists=True))
    return engine


def walker_of(who: Iterable[str], asked: Iterable[tuple[str, str]]) -> str:
    """Return the name of one walker over one question; its page is no part of the question."""
    question = sorted((name, value) for name, value in asked if name != "page")
    return hashlib.sha256(repr((tuple(who), question)).encode()).hexdigest()
