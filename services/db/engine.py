"""One engine per process, set up alike for SQLite (WAL) and PostgreSQL (psycopg 3)."""

from pathlib import Path

import psycopg
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from services.db.turns import WAIT_S, durable, listen_to

# A host that vanishes says no goodbye. Without these who waits for its answer waits for hours; and
# so long PostgreSQL would keep the locks of a process whose host has vanished.
KEEPALIVES = {
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
SERVER = {
    "jit": "off",
    "timezone": "UTC",
    "tcp_keepalives_idle": 30,
    "tcp_keepalives_interval": 10,
    "tcp_keepalives_count": 3,
}
CONNECT: dict[str, str | int] = {
    "options": " ".join(f"-c {name}={value}" for name, value in SERVER.items()),
    "connect_timeout": 5,
    **KEEPALIVES,
}


def make_engine(url: str) -> Engine:
    """Return an engine for `url` (`sqlite:///...` or `postgresql://...`).

    SQLite begins each writing transaction with BEGIN IMMEDIATE through `begin`, so that a
    reader never fails halfway when it turns into a writer; foreign keys are enforced and a
    commit is on the disk before it is acknowledged (synchronous=FULL), unless the transaction
    asked for less. Errors never quote the values of a statement, for they end in logs and may be
    a person's words.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, parsed.database)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(
        parsed,
        pool_size=10,
        max_overflow=10,
        pool_timeout=WAIT_S,
        pool_pre_ping=True,
        connect_args=CONNECT,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _relax)
    event.listen(engine, "handle_error", _without_values)
    return engine


def _relax(connection: Connection) -> None:
    """Let a commit that asked for it be acknowledged before it is on PostgreSQL's disk."""
    if not durable(connection):
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def _without_values(context: ExceptionContext) -> None:
    """Take the row's values out of what PostgreSQL says: its DETAIL quotes them.

    A broken constraint is named in the first line; an odd value is quoted there already.
    """
    error, shown = context.original_exception, context.sqlalchemy_exception
    if isinstance(shown, DBAPIError) and isinstance(error, psycopg.Error):
        first = str(error).split("\n", 1)[0]
        text = first if not isinstance(error, psycopg.DataError) else f"SQLSTATE {error.sqlstate}"
        error.args = (text,)
        shown.args = (f"({type(error).__module__}.{type(error).__name__}) {text}",)


def _sqlite(url: str, database: str | None) -> Engine:
    pool: dict[str, int] = {}
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
        # Who waits for the writer's turn has a connection; however many wait, readers find one.
        pool = {"max_overflow": -1}
    engine = create_engine(url, connect_args={"timeout": 0}, hide_parameters=True, **pool)
    listen_to(engine)
    return engine
