"""Another process holds SQLite: pages open, a short wait goes unnoticed, a long one is told."""

import signal
import sqlite3
import threading
import time
from pathlib import Path

from services.db import migrate
from tests import servers
from tests.faults.crowd import Writer, database_of, people, stored_keys
from tests.faults.test_killed_app_loses_nothing import started


def hold(path: Path, seconds: float) -> threading.Thread:
    """Hold the writer's lock for a while, as a backup or a migration might."""
    held = threading.Event()

    def run() -> None:
        with sqlite3.connect(path, isolation_level=None) as connection:
            connection.execute("BEGIN IMMEDIATE")
            held.set()
            time.sleep(seconds)
            connection.execute("ROLLBACK")
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    held.wait(10)
    return thread


def test_locked_database_is_waited_for(tmp_path: Path) -> None:
    url = database_of(tmp_path)
    migrate.upgrade(url)
    tokens = people(url, 2)
    app = started(tmp_path, servers.free_port())
    try:
        writer, reader = (Writer(app.address, token) for token in tokens)
        assert writer.report("key-lock-before") == 303
        holder = hold(tmp_path / "madang.db", 1.0)
        assert writer.report("key-lock-short") == 303
        holder.join()
        holder = hold(tmp_path / "madang.db", 8.0)
        answers: list[int] = []
        sender = threading.Thread(target=lambda: answers.append(writer.report("key-lock-long")))
        sender.start()
        slowest = 0.0
        while sender.is_alive():
            began = time.monotonic()
            assert reader.ask("GET", "/reports/")[0] == 200
            slowest = max(slowest, time.monotonic() - began)
        assert answers == [503]
        assert slowest < 2, "pages stood still while a writer waited"
        holder.join()
        assert writer.report("key-lock-after") == 303
    finally:
        app.stop(signal.SIGKILL)
    wanted = {"key-lock-before", "key-lock-short", "key-lock-after"}
    assert set(stored_keys(url)) == wanted
