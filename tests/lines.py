"""Lines to PostgreSQL that outlive the engine which opened them.

A new line costs PostgreSQL a process that learns every table anew: more than most tests ask
of it. Each test has engines of its own; what they close is cleaned and given to the next.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.adapt import AdaptersMap
from psycopg.pq import ConnStatus, ExecStatus, PGconn, TransactionStatus
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

_kept: dict[str, list[PGconn]] = {}
_connect, _close = PGDialect_psycopg.connect, PGDialect_psycopg.do_close


def _named(how: dict[str, Any]) -> str:
    return repr(sorted((name, value) for name, value in how.items() if name != "context"))


def _usable(line: PGconn) -> bool:
    """Say whether the server still answers."""
    with contextlib.suppress(psycopg.Error):
        return line.exec_(b"").status == ExecStatus.EMPTY_QUERY
    return False


def _taken(dialect: PGDialect_psycopg, *args: Any, **how: Any) -> Any:
    waiting = _kept.get(_named(how), [])
    while waiting:
        line = waiting.pop()
        if _usable(line):
            connection = psycopg.Connection(line)
            connection._adapters = AdaptersMap(how["context"].adapters)
            break
        line.finish()
    else:
        connection = _connect(dialect, *args, **how)
    connection.madang_kept_as = _named(how)
    return connection


def _given_back(dialect: PGDialect_psycopg, connection: Any) -> None:
    line, name = connection.pgconn, getattr(connection, "madang_kept_as", None)
    idle = line.status == ConnStatus.OK and line.transaction_status == TransactionStatus.IDLE
    if name is None or not idle or not _cleaned(line):
        _close(dialect, connection)
        return
    connection.pgconn = PGconn()
    _kept.setdefault(name, []).append(line)


def _cleaned(line: PGconn) -> bool:
    return line.exec_(b"DISCARD ALL").status == ExecStatus.COMMAND_OK


def hang_up() -> None:
    """Close every line that waits, for its database is about to go."""
    for lines in _kept.values():
        for line in lines:
            line.finish()
    _kept.clear()


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Keep the lines of every engine of this process until the end."""
    PGDialect_psycopg.connect, PGDialect_psycopg.do_close = _taken, _given_back
    try:
        yield
    finally:
        PGDialect_psycopg.connect, PGDialect_psycopg.do_close = _connect, _close
        hang_up()
