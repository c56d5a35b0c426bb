"""One engine per process, set up alike for SQLite (WAL) and PostgreSQL (psycopg 3)."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

BUSY_MS = 10_000


def make_engine(url: str) -> Engine:
    """Return an engine for `url` (`sqlite:///...` or `postgresql://...`).

    SQLite begins each writing transaction with BEGIN IMMEDIATE through `begin`, so that a
    reader never fails halfway when it turns into a writer; foreign keys are enforced and a
    commit is on the disk before it is acknowledged (synchronous=FULL).
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, parsed.database)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    options = {"options": "-c jit=off -c timezone=UTC", "connect_timeout": 5}
    return create_engine(
        parsed, pool_size=10, max_overflow=10, pool_pre_ping=True, connect_args=options
    )


def _sqlite(url: str, database: str | None) -> Engine:
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000})
    event.listen(engine, "connect", _prepare)
    queue = _WriterQueue()
    event.listen(engine, "begin", queue.begin)
    event.listen(engine, "commit", queue.leave)
    event.listen(engine, "rollback", queue.leave)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction control would commit behind our back; SQLAlchemy begins.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MS}",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


class _WriterQueue:
    """Lets one writer of this process at a time reach SQLite.

    SQLite's own busy wait sleeps inside C: under gevent it would stop the very greenlet that
    holds the lock. Waiting here is cooperative; other processes are met by the busy wait.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def begin(self, connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        if mode == "IMMEDIATE":
            if not self._turn.acquire(timeout=BUSY_MS / 1000):
                raise sqlite3.OperationalError("database is locked")
            connection.info["writing"] = True
        try:
            connection.exec_driver_sql(f"BEGIN {mode}")
        except BaseException:
            self.leave(connection)
            raise

    def leave(self, connection: Any) -> None:
        if connection.info.pop("writing", False):
            self._turn.release()
