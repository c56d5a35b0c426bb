"""The requests of a bench, and a process that writes more of them: `open311_writer URL`."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
import sqlalchemy as sa

import app  # noqa: F401  every domain's tables are known once it is imported
from participation.reports import actions
from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services import clock
from services.auth import STRANGER
from services.db import Session, make_engine, unit_of_work

ROOT = Path(__file__).resolve().parents[1]
WRITES_A_SECOND = 50
# As a server has: one alone waits for PostgreSQL's answers most of its time.
WRITERS = 4
KINDS = list(Category)


def past(number: int, start: datetime) -> Arrival:
    """One of many requests of the last 80 days; every third is closed."""
    opened = start + timedelta(seconds=number * 60)
    ended = opened + timedelta(minutes=5) if number % 3 == 0 else None
    return Arrival(
        source="bench",
        source_id=str(number),
        category=KINDS[number % len(KINDS)],
        status=Status.FIXED if ended else Status.OPEN,
        text=f"물이 새요 {number}",
        lat=34.0 + number % 1000 / 2000,
        lon=127.5 + number % 997 / 2000,
        place="",
        opened_at=opened,
        ended_at=ended,
        answer="Done" if ended else "",
    )


def fill(engine: sa.Engine, count: int) -> None:
    """Store the requests."""
    start = clock.now() - timedelta(seconds=count * 60 + 3600)
    for first in range(0, count, 5000):
        with unit_of_work(engine) as session:
            rows = [past(n, start) for n in range(first, min(first + 5000, count))]
            take_in(session, rows, at=clock.now())


def write(url: str) -> None:
    """Commit fifty times a second until standard input ends; print what was done.

    Four of five transactions store a request, as many people tell of something; the fifth is an
    answer, and every second answer hides its request from the list.
    """
    over, engine = threading.Event(), make_engine(url)
    with Session(engine) as session:
        keys = list(session.scalars(sa.select(Report.id).where(Report.status == "open")))
    print("writing", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    work = Work(engine, over, keys, time.monotonic(), uuid4().hex, [])
    with ThreadPoolExecutor(WRITERS) as pool:
        turns = sum(pool.map(work.go, range(WRITERS)))
    rate = turns / (time.monotonic() - work.began)
    print(json.dumps({"rate": rate, "hidden": work.hidden}))
    engine.dispose()


class Work(NamedTuple):
    """What all writers know: what to answer, since when, and what was hidden meanwhile."""

    engine: sa.Engine
    over: threading.Event
    keys: list[Any]
    began: float
    first: str
    hidden: list[str]

    def go(self, turn: int) -> int:
        """Commit every `WRITERS`th of the turns at its time; return how many."""
        done = 0
        while not self.over.wait(max(0.0, self.began + turn / WRITES_A_SECOND - time.monotonic())):
            with unit_of_work(self.engine) as session:
                self._write(session, turn)
            turn, done = turn + WRITERS, done + 1
        return done

    def _write(self, session: Session, turn: int) -> None:
        if turn % 5:
            new = past(turn, clock.now())
            named = {"source_id": f"{self.first}-{turn}", "opened_at": clock.now()}
            take_in(session, [msgspec.structs.replace(new, **named)], at=clock.now())
            return
        key = self.keys[(turn * 37) % len(self.keys)]
        if _answered(session, key, hide=turn % 10 == 0) and turn % 10 == 0:
            self.hidden.append(str(key))


def _answered(session: Session, key: Any, *, hide: bool) -> bool:
    report = session.get_one(Report, key)
    if report.status != Status.OPEN:
        return False
    then = Status.REJECTED if hide else Status.ACKNOWLEDGED
    actions.answer_report(session, STRANGER, report, then, "Seen", at=clock.now())
    return True


@contextmanager
def writing(url: str) -> Iterator[dict[str, Any]]:
    """Let a process of its own write; what it did stands in the dictionary afterwards."""
    done: dict[str, Any] = {}
    command = [sys.executable, "-m", "bench.open311_writer", url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as writer:
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            yield done
        finally:
            told, _ = writer.communicate(timeout=60)
            done |= json.loads(told)


if __name__ == "__main__":
    write(sys.argv[1])
