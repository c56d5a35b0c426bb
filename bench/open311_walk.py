"""A walk over 100,000 requests by page while others commit 50 times a second.

Prints a JSON line for each figure, for SQLite and for PostgreSQL: value, target, met; ends with 1
where an id was lost or met twice. Two processes answer the pages in turn (`app web`), a third
delivers what is told meanwhile (`app worker`), a fourth writes one request, or one answer, in each
of its transactions. Pages of 200, as clients ask for them, and of 1,000. The peer is the same walk
while nobody writes. `--quick` takes 10,000 requests, `--database sqlite` one database alone.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import requests
import sqlalchemy as sa

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.open311_writer import WRITES_A_SECOND, fill, writing  # noqa: E402
from participation.reports.models import Report  # noqa: E402
from participation.reports.open311.queries import HIDDEN  # noqa: E402
from participation.reports.rules import Category  # noqa: E402
from services.db import (  # noqa: E402
    Session,
    make_engine,
    migrate,
    refresh_statistics,
    unit_of_work,
)
from tests import servers  # noqa: E402
from tests.flows.processes import Process, process  # noqa: E402

WHOLE, QUICK = 100_000, 10_000
SIZES = (200, 1000)
TARGET_MS = 150.0
CPU_MS = {200: 25.0, 1000: 60.0}
KINDS = list(Category)


class Walk(NamedTuple):
    """What a walk met: its ids, and how long each page took, in milliseconds."""

    ids: list[str]
    pages: list[float]


def say(database: str, name: str, value: float, target: float, **more: Any) -> None:
    """Print one figure; a value is met when it is not above its target."""
    line = {"bench": "open311_walk", "database": database, "name": name, "value": round(value, 2)}
    print(json.dumps(line | {"target": target, "met": value <= target} | more), flush=True)


def walk(bases: list[str], size: int) -> Walk:
    """Walk as chicagorequests does, until a page is shorter than it was asked to be.

    Each page is asked of the next process.
    """
    met: list[str] = []
    took: list[float] = []
    with requests.Session() as session:
        for page in range(1, 10_000):
            asked = {"page": page, "page_size": size, "start_date": "2020-01-01T00:00:00"}
            base = bases[page % len(bases)]
            began = time.perf_counter()
            answer = session.get(base + "/requests.json", params=asked, timeout=60)
            took.append((time.perf_counter() - began) * 1000)
            rows = answer.json()
            met += [row["service_request_id"] for row in rows]
            if len(rows) < size:
                return Walk(met, took)
    raise RuntimeError("the walk does not end")


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[18]


@contextmanager
def product(url: str, redis: str, folder: Path) -> Iterator[list[Process]]:
    """Yield two processes that answer, beside one that works."""
    env = {"DATABASE_URL": url, "REDIS_URL": redis, "MADANG_MODE": "test"}
    with (
        process("worker", folder, **env),
        process("web", folder, **env) as one,
        process("web", folder, **env) as other,
    ):
        yield [one, other]
        # Asked to end, for one that is killed leaves the process behind that answered for it.
        for web in (one, other):
            web.stop()


def cpu_s(webs: list[Process]) -> float:
    """Return the seconds of CPU the processes that answer have used, their children's included."""
    wanted, used = {web.pid for web in webs}, 0.0
    for stat in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda path: int(path.parts[2])):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) in wanted or int(stat.parts[2]) in wanted:
            wanted.add(int(stat.parts[2]))
            used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def measure(database: str, url: str, count: int, folder: Path) -> bool:
    """Print the figures of a database; return whether each id was met once."""
    migrate.upgrade(url)
    engine = make_engine(url)
    fill(engine, count)
    with unit_of_work(engine) as session:
        refresh_statistics(session)
    whole = True
    with servers.redis() as redis, product(url, redis, folder) as webs:
        for size in SIZES:
            whole = compare(database, engine, url, webs, size) and whole
        alone(database, webs[0].address + "/open311/v2", count)
    engine.dispose()
    return whole


def compare(database: str, engine: sa.Engine, url: str, webs: list[Process], size: int) -> bool:
    """Print the figures of pages of a size; return whether each id was met once."""
    bases = [web.address + "/open311/v2" for web in webs]
    with Session(engine) as session:
        shown = sa.select(Report.id).where(Report.status.not_in(HIDDEN))
        before = {str(one) for one in session.scalars(shown)}
    calm = walk(bases, size)
    with writing(url) as done:
        used = cpu_s(webs)
        met = walk(bases, size)
        used = cpu_s(webs) - used
    lost, rate = before - set(met.ids) - set(done["hidden"]), done["rate"]
    twice = len(met.ids) - len(set(met.ids))
    more = {"page_size": size, "requests": len(before), "pages": len(met.pages)}
    say(database, "page p95 ms", p95(met.pages), TARGET_MS, **more)
    say(database, "page p50 ms", statistics.median(met.pages), TARGET_MS, page_size=size)
    say(database, "page p95, with writes / without", p95(met.pages) / p95(calm.pages), 3.0)
    say(database, "CPU a page ms", used * 1000 / len(met.pages), CPU_MS[size], page_size=size)
    say(database, "ids met twice", twice, 0)
    say(database, "ids lost", len(lost), 0)
    short = max(0.0, WRITES_A_SECOND - rate)
    say(database, "commits short of 50 a second", short, 2.5, a_second=round(rate, 1))
    return not lost and not twice


def alone(database: str, base: str, count: int) -> None:
    """The last page asked for out of the blue, which no walk led to."""
    began = time.perf_counter()
    asked = {"page": count // SIZES[0], "page_size": SIZES[0], "start_date": "2020-01-01"}
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
    count = QUICK if "--quick" in sys.argv[1:] else WHOLE
    only = sys.argv[-1] if "--database" in sys.argv[1:] else ""
    with databases() as both:
        whole = [measure(name, url, count, to) for name, url, to in both if only in ("", name)]
    raise SystemExit(0 if all(whole) else 1)


if __name__ == "__main__":
    main()
