"""SQLite's transactions: one writer at a time, waited for without standing still.

SQLite's own busy wait sleeps inside C: under gevent it would stop every page, and the very
greenlet that holds the lock. So it is off (busy_timeout=0), and all waiting is done here, in
sleeps that let others run; it ends after five seconds.
"""

import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event

WAIT_S = 5.0
PAUSE_S = 0.02
FULL, NORMAL = "PRAGMA synchronous=FULL", "PRAGMA synchronous=NORMAL"
ALWAYS = (
    "PRAGMA busy_timeout=0",
    "PRAGMA journal_mode=WAL",
    FULL,
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-16000",
)


def durable(connection: Connection) -> bool:
    """Say whether a commit must be on the disk before it is acknowledged; so it is by default."""
    return bool(connection.get_execution_options().get("durable", True))


def listen_to(engine: Engine) -> None:
    """Let the transactions of a SQLite engine begin and end as described above."""
    turns = _Turns()
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", turns.begin)
    # Not at "commit", which comes before the commit itself: only then the turn is the next one's.
    event.listen(engine, "checkin", turns.end)
    event.listen(engine, "invalidate", turns.lost)


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction control would commit behind our back; SQLAlchemy begins.
    connection.isolation_level = None
    for pragma in ALWAYS:
        _patiently(connection, pragma, time.monotonic() + WAIT_S)


def _patiently(connection: sqlite3.Connection, statement: str, ends: float) -> None:
    """Run a statement as soon as other processes let it; others run meanwhile."""
    while True:
        last = time.monotonic() >= ends
        try:
            connection.execute(statement).fetchone()
        except sqlite3.OperationalError as error:
            if last or "locked" not in str(error):
                raise
            time.sleep(PAUSE_S)
        else:
            return


SNAPSHOT = "SELECT 1 FROM sqlite_master LIMIT 1"


class _Turns:
    """The writer's turn within this process; other processes are met at the lock itself."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def begin(self, connection: Connection) -> None:
        raw: Any = connection.connection.dbapi_connection
        if connection.get_execution_options().get("sqlite_begin", "DEFERRED") != "IMMEDIATE":
            raw.execute("BEGIN")
            # The snapshot is taken at the first read, which may meet a lock (a journal that is
            # being recovered or removed): that wait belongs here too.
            self._or_undo(raw, lambda: _patiently(raw, SNAPSHOT, time.monotonic() + WAIT_S))
            return
        ends = time.monotonic() + WAIT_S
        if not connection.info.get("writing"):
            if not self._turn.acquire(timeout=WAIT_S):
                raise sqlite3.OperationalError("database is locked")
            connection.info["writing"] = True
        if not durable(connection):
            connection.info["relaxed"] = True
            raw.execute(NORMAL)
        _patiently(raw, "BEGIN IMMEDIATE", ends)

    def _or_undo(self, raw: sqlite3.Connection, act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException:
            raw.execute("ROLLBACK")
            raise

    def end(self, raw: sqlite3.Connection | None, record: Any) -> None:
        """Give the turn on, once the connection is back in the pool and asks for FULL again."""
        if record.info.pop("relaxed", False) and raw is not None:
            raw.execute(FULL)
        self.lost(raw, record)

    def lost(self, _raw: object, record: Any, _error: object = None) -> None:
        if record.info.pop("writing", False):
            self._turn.release()
