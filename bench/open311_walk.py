"""A walk over 100,000 requests by page while 50 writes a second go on: `open311_walk.py [--quick]`.

Prints a JSON line for each figure, for SQLite and for PostgreSQL: value, target, met. The product
runs as `app serve` in a process of its own, and whoever writes in another, on the same database:
what they change is also delivered by the product meanwhile. The peer is the same walk
while nobody writes. `--quick` takes 10,000 requests.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import requests
import sqlalchemy as sa

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import app  # noqa: E402, F401  every domain's tables are known once it is imported
from participation.reports import actions  # noqa: E402
from participation.reports.imports.arrivals import Arrival, take_in  # noqa: E402
from participation.reports.models import Report  # noqa: E402
from participation.reports.rules import Category, Status  # noqa: E402
from services import clock  # noqa: E402
from services.auth import STRANGER  # noqa: E402
from services.db import Session, make_engine, migrate, unit_of_work  # noqa: E402
from tests import servers  # noqa: E402
from tests.flows.processes import process  # noqa: E402

WHOLE, QUICK = 100_000, 10_000
PAGE = 200
WRITES_A_SECOND = 50
TURNS_A_SECOND = 10
TARGET_MS = 150.0
KINDS = list(Category)


class Walk(NamedTuple):
    """What a walk met: its ids, and how long each page took, in milliseconds."""

    ids: list[str]
    pages: list[float]


def say(database: str, name: str, value: float, target: float, **more: Any) -> None:
    """Print one figure; a value is met when it is not above its target."""
    line = {"bench": "open311_walk", "database": database, "name": name, "value": round(value, 2)}
    print(json.dumps(line | {"target": target, "met": value <= target} | more), flush=True)


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
    """Write fifty times a second until standard input ends; print what was done.

    Ten transactions a second, each of four new requests and one answer, as an import and a busy
    desk make them; every second answer hides its request from the list.
    """
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    engine = make_engine(url)
    with Session(engine) as session:
        keys = list(session.scalars(sa.select(Report.id).where(Report.status == "open")))
    began, turn, hidden = time.monotonic(), 0, []
    while not over.wait(max(0.0, began + turn / TURNS_A_SECOND - time.monotonic())):
        key = keys[(turn * 37) % len(keys)]
        with unit_of_work(engine) as session:
            new = [past(1_000_000 + turn * 4 + n, clock.now()) for n in range(4)]
            now = [msgspec.structs.replace(one, opened_at=clock.now()) for one in new]
            take_in(session, now, at=clock.now())
            if _answered(session, key, hide=turn % 2 == 0) and turn % 2 == 0:
                hidden.append(str(key))
        turn += 1
    rate = turn * 5 / (time.monotonic() - began)
    print(json.dumps({"rate": rate, "hidden": hidden}))
    engine.dispose()


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
    command = [sys.executable, __file__, "--write", url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as writer:
        try:
            time.sleep(3)
            yield done
        finally:
            told, _ = writer.communicate(timeout=60)
            done |= json.loads(told)


def walk(base: str) -> Walk:
    """Walk as chicagorequests does: until a page is shorter than it was asked to be."""
    met: list[str] = []
    took: list[float] = []
    with requests.Session() as session:
        for page in range(1, 10_000):
            asked = {"page": page, "page_size": PAGE, "start_date": "2020-01-01T00:00:00"}
            began = time.perf_counter()
            answer = session.get(base + "/requests.json", params=asked, timeout=60)
            rows = answer.json()
            took.append((time.perf_counter() - began) * 1000)
            met += [row["service_request_id"] for row in rows]
            if len(rows) < PAGE:
                return Walk(met, took)
    raise RuntimeError("the walk does not end")


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[18]


def measure(database: str, url: str, count: int, folder: Path) -> None:
    migrate.upgrade(url)
    engine = make_engine(url)
    fill(engine, count)
    with Session(engine) as session:
        before = {str(one) for one in session.scalars(sa.select(Report.id))}
    with process("serve", folder, DATABASE_URL=url, MADANG_MODE="test") as server:
        base = server.address + "/open311/v2"
        calm = walk(base)
        with writing(url) as done:
            met = walk(base)
        alone(database, base, count)
    lost, rate = before - set(met.ids) - set(done["hidden"]), done["rate"]
    more = {"requests": count, "pages": len(met.pages), "writes_a_second": round(rate, 1)}
    say(database, "page p95 ms", p95(met.pages), TARGET_MS, **more)
    say(database, "page p50 ms", statistics.median(met.pages), TARGET_MS)
    say(database, "page p95, with writes / without", p95(met.pages) / p95(calm.pages), 3.0)
    say(database, "ids met twice", len(met.ids) - len(set(met.ids)), 0)
    say(database, "ids lost", len(lost), 0)
    say(database, "writes short of 50 a second", max(0.0, WRITES_A_SECOND - rate), 2.5)
    engine.dispose()


def alone(database: str, base: str, count: int) -> None:
    """The last page asked for out of the blue, which no walk led to."""
    began = time.perf_counter()
    asked = {"page": count // PAGE, "page_size": PAGE, "start_date": "2020-01-01"}
    requests.get(base + "/requests.json", params=asked, headers={"User-Agent": "x"}, timeout=60)
    say(database, "last page without a walk ms", (time.perf_counter() - began) * 1000, 1000.0)


@contextmanager
def databases() -> Iterator[list[tuple[str, str, Path]]]:
    with tempfile.TemporaryDirectory() as name, servers.postgresql() as url:
        folder = Path(name)
        for kind in ("sqlite", "postgresql"):
            (folder / kind).mkdir()
        yield [
            ("sqlite", f"sqlite:///{folder / 'sqlite' / 'walk.db'}", folder / "sqlite"),
            ("postgresql", url + "postgres", folder / "postgresql"),
        ]


def main() -> None:
    if "--write" in sys.argv[1:]:
        write(sys.argv[-1])
        return
    count = QUICK if "--quick" in sys.argv[1:] else WHOLE
    with databases() as both:
        for database, url, folder in both:
            measure(database, url, count, folder)


if __name__ == "__main__":
    main()
