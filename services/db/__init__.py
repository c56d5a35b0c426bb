"""Engine, session and the declarative base: everything the domains need to store rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Dialect, Engine, MetaData, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from services.db.engine import make_engine
from services.db.many import insert_many, refresh_statistics
from services.db.named import add_named

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A UTC instant; refuses naive values, also where the database forgets zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("naive datetime")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


Key = Annotated[UUID, mapped_column(primary_key=True, default=uuid4)]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Moment}


@contextmanager
def unit_of_work(engine: Engine, *, durable: bool = True) -> Iterator[Session]:
    """Yield a session; commit once if the block ends well, else undo everything.

    A commit is on the disk before this returns. Without `durable` it may be some milliseconds
    later, for what a sensor says again soon: a failing machine loses the newest of it, nothing
    is ever torn.
    """
    with writing_session(engine, durable=durable) as session, session.begin():
        yield session


def writing_session(engine: Engine, *, durable: bool = True) -> Session:
    """Return a session that will write: on SQLite it takes the writer's turn at once."""
    bound = engine.execution_options(sqlite_begin="IMMEDIATE", durable=durable)
    return Session(bound, expire_on_commit=False)


def reading_session(engine: Engine) -> Session:
    """Return a session that only reads; it never waits for a writer, whoever the engine is from."""
    if engine.get_execution_options().get("sqlite_begin"):
        engine = engine.execution_options(sqlite_begin="DEFERRED")
    return Session(engine, expire_on_commit=False)


def snapshot_session(engine: Engine) -> Session:
    """Return a session that only reads, all of it as it was at its first statement.

    SQLite's transactions are so; PostgreSQL's show what others commit between two statements.
    """
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return reading_session(engine)


__all__ = [
    "Base",
    "Key",
    "Mapped",
    "Moment",
    "Session",
    "add_named",
    "insert_many",
    "make_engine",
    "reading_session",
    "refresh_statistics",
    "snapshot_session",
    "unit_of_work",
    "writing_session",
]
