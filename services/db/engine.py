"""One engine per process, set up alike for SQLite (WAL) and PostgreSQL (psycopg 3)."""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

WAIT_S = 5.0
PAUSE_S = 0.02


def make_engine(url: str) -> Engine:
    """Return an engine for `url` (`sqlite:///...` or `postgresql://...`).

    SQLite begins each writing transaction with BEGIN IMMEDIATE through `begin`, so that a
    reader never fails halfway when it turns into a writer; foreign keys are enforced and a
    commit is on the disk before it is acknowledged (synchronous=FULL). Errors never quote the
    values of a statement, for they end in logs and may be a person's words.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, parsed.database)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    options = {"options": "-c jit=off -c timezone=UTC", "connect_timeout": 5}
    return create_engine(
        parsed,
        pool_size=10,
        max_overflow=10,
        pool_pre_ping=True,
        connect_args=options,
        hide_parameters=True,
    )


def _sqlite(url: str, database: str | None) -> Engine:
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 0})
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
        # Waiting for other processes is ours (see _WriterQueue); this is for the odd reader.
        "busy_timeout=100",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


class _WriterQueue:
    """Lets one writer of this process at a time reach SQLite, and waits for other processes.

    SQLite's own busy wait sleeps inside C: under gevent it would stop every page, and the very
    greenlet that holds the lock. Waiting here is cooperative, and ends after five seconds.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def begin(self, connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        if mode != "IMMEDIATE":
            connection.exec_driver_sql("BEGIN")
            return
        ends = time.monotonic() + WAIT_S
        if not self._turn.acquire(timeout=WAIT_S):
            raise sqlite3.OperationalError("database is locked")
        connection.info["writing"] = True
        try:
            while not self._begun(connection, last=time.monotonic() >= ends):
                time.sleep(PAUSE_S)
        except BaseException:
            self.leave(connection)
            raise

    def _begun(self, connection: Any, *, last: bool) -> bool:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if last or "locked" not in str(error.orig):
                raise
            return False
        return True

    def leave(self, connection: Any) -> None:
        if connection.info.pop("writing", False):
            self._turn.release()
