"""SQLite as the house sets it up: WAL, FULL, one writer, and nobody stands still meanwhile."""

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.db import Session, make_engine, reading_session, unit_of_work
from services.db import turns as sqlite_turns
from tests.law.sources import ROOT

# One process under gevent: a greenlet holds the lock as another process would, and lets go only
# after it ran fifty times while a second one waits for its turn.
WAITING = """
from gevent import monkey; monkey.patch_all()
import sqlite3, sys
import gevent
from sqlalchemy import text
from services.db import make_engine, turns, unit_of_work
turns.WAIT_S = 120.0
engine = make_engine("sqlite:///" + sys.argv[1])
with unit_of_work(engine) as session:
    session.execute(text("CREATE TABLE wall (colour TEXT)"))
holder = sqlite3.connect(sys.argv[1], isolation_level=None)
holder.execute("BEGIN IMMEDIATE")
order = []
def write():
    with unit_of_work(engine) as session:
        session.execute(text("INSERT INTO wall VALUES ('red')"))
    order.append("written")
def hold():
    for _ in range(50):
        gevent.sleep(0.001)
    order.append("let go")
    holder.execute("ROLLBACK")
gevent.joinall([gevent.spawn(write), gevent.spawn(hold)], raise_error=True)
print(order)
"""


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    made = make_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with unit_of_work(made) as session:
        session.execute(sa.text("CREATE TABLE wall (colour TEXT UNIQUE)"))
    return made


def pragma(session: Session, name: str) -> object:
    return session.execute(sa.text(f"PRAGMA {name}")).scalar()


def test_a_commit_is_on_the_disk_and_readers_wait_for_no_writer(engine: sa.Engine) -> None:
    with reading_session(engine) as session:
        assert pragma(session, "journal_mode") == "wal"
        assert pragma(session, "synchronous") == 2
        assert pragma(session, "foreign_keys") == 1
        assert pragma(session, "busy_timeout") == 0
    with unit_of_work(engine) as writer:
        writer.execute(sa.text("INSERT INTO wall VALUES ('red')"))
        with reading_session(engine) as session:
            assert session.execute(sa.text("SELECT count(*) FROM wall")).scalar() == 0


def test_others_run_while_one_waits_for_its_turn(tmp_path: Path) -> None:
    asked = [sys.executable, "-c", WAITING, str(tmp_path / "b.db")]
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.stdout.strip() == "['let go', 'written']", said.stderr


def test_a_turn_ends_after_the_commit_and_after_each_failure(engine: sa.Engine) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(engine) as session:  # noqa: PT012
        session.execute(sa.text("INSERT INTO wall VALUES ('red')"))
        raise ZeroDivisionError
    with pytest.raises(sa.exc.OperationalError), unit_of_work(engine) as session:
        session.execute(sa.text("INSERT INTO nothing VALUES (1)"))
    with unit_of_work(engine) as session:
        session.execute(sa.text("INSERT INTO wall VALUES ('red')"))


def test_a_writer_that_waits_too_long_is_told_and_leaves_no_turn_behind(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_turns, "WAIT_S", 0.05)
    other = make_engine(str(engine.url))
    with unit_of_work(other) as holder:
        holder.execute(sa.text("INSERT INTO wall VALUES ('red')"))
        for _ in range(2):
            with pytest.raises(Exception, match="locked"), unit_of_work(engine) as session:
                session.execute(sa.text("INSERT INTO wall VALUES ('blue')"))
    with unit_of_work(engine) as session:
        session.execute(sa.text("INSERT INTO wall VALUES ('blue')"))


def test_many_writers_take_turns(engine: sa.Engine) -> None:
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for n in range(10):
                with unit_of_work(engine) as session:
                    session.execute(sa.text(f"INSERT INTO wall VALUES ('{number}-{n}')"))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with reading_session(engine) as session:
        assert session.execute(sa.text("SELECT count(*) FROM wall")).scalar() == 60


def test_a_reader_finds_a_connection_however_many_writers_wait(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_turns, "WAIT_S", 2.0)

    def write() -> None:
        with pytest.raises(sqlite3.OperationalError), unit_of_work(engine) as session:
            session.execute(sa.text("INSERT INTO wall VALUES ('red')"))

    holder = sqlite3.connect(str(engine.url.database), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    writers = [threading.Thread(target=write) for _ in range(30)]
    for writer in writers:
        writer.start()
    began = time.monotonic()
    with reading_session(engine) as session:
        assert session.execute(sa.text("SELECT count(*) FROM wall")).scalar() == 0
    read_after = time.monotonic() - began
    for writer in writers:
        writer.join()
    holder.close()
    assert read_after < 1.0
