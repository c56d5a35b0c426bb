"""Submissions whose line is cut before, inside and after the commit: all are stored, none twice.

    .venv/bin/python bench/offline_submissions.py [--database postgresql] [--quick]

10,000 scripted submissions (`--quick`: 600) by fifty phones, each cut one to three times at a
point of its way and sent again with the same key, while the product is killed with SIGKILL five
times. One of three carries a photo. Where a commit is meant, the product stands still before it,
inside it (all rows written) or after it until the line is gone (`tests/faults/held_app.py`). Prints
one JSON line a figure; the exit code says whether all were met.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from services.db import migrate  # noqa: E402
from tests import servers  # noqa: E402
from tests.faults.crowd import database_of, people  # noqa: E402
from tests.faults.cut_lines import WHERE  # noqa: E402
from tests.faults.phones import Phones, has_photo  # noqa: E402
from tests.faults.stored_submissions import Stored, stored  # noqa: E402
from tests.flows.processes import Process  # noqa: E402

WHOLE, QUICK = 10_000, 600
PEOPLE, KILLS = 50, 5
# Nothing new was taken for so long: the run is over, and it failed.
STUCK_S = 180.0


def tell(database: str, name: str, value: float, target: str, *, met: bool) -> bool:
    line = {"bench": f"offline submissions {database}", "name": name, "value": round(value, 2)}
    print(json.dumps(line | {"target": target, "met": met}), flush=True)
    return met


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Yield the URL of a migrated database of one kind."""
    if kind == "sqlite":
        migrate.upgrade(database_of(folder))
        yield database_of(folder)
        return
    with servers.postgresql() as url:
        migrate.upgrade(url + "postgres")
        yield url + "postgres"


class Product:
    """The product's process, which is killed and started again on the same port."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder, self._url, self._port = folder, url, servers.free_port()
        self.process = self._started()

    def _started(self) -> Process:
        settings = {"PORT": str(self._port), "DATABASE_URL": self._url}
        process = Process("serve", self._folder, settings, "tests.faults.held_app")
        servers._wait(self._port)
        return process

    def kill(self) -> None:
        self.process.stop(signal.SIGKILL)

    def killed_and_started(self) -> None:
        self.kill()
        self.process = self._started()


def until(done: Callable[[], bool], phones: Phones) -> None:
    """Wait until something holds, or nothing goes on any more."""
    told, since = -1, time.monotonic()
    while not done() and not phones.give_up.is_set():
        if len(phones.told) != told:
            told, since = len(phones.told), time.monotonic()
        if time.monotonic() - since > STUCK_S:
            phones.give_up.set()
        time.sleep(0.05)


def run(folder: Path, url: str, count: int) -> tuple[Phones, float]:
    """Let all phones send all they have while the product is killed now and then."""
    tokens = people(url, PEOPLE)
    product = Product(folder, url)
    phones = Phones(product.process.address, tokens, count)
    began = time.monotonic()
    phones.start()
    try:
        for number in range(1, KILLS + 1):
            until(lambda n=number: len(phones.told) >= n * count // (KILLS + 1), phones)
            product.killed_and_started()
        until(lambda: len(phones.told) == count, phones)
    finally:
        phones.give_up.set()
        product.kill()
    phones.join()
    return phones, time.monotonic() - began


def judge(kind: str, phones: Phones, found: Stored, seconds: float) -> bool:
    count = len(phones.keys)
    double = sum(len(ids) > 1 for ids in found.reports.values())
    other = sum(list(ids) != found.named().get(key) for key, ids in phones.told.items())
    lost = len(set(phones.keys) - set(found.reports))
    met = [
        tell(kind, f"cut {where}", phones.cuts[where], ">= 1", met=phones.cuts[where] > 0)
        for where in WHERE
    ]
    gone = phones.cuts.total() - sum(phones.cuts[where] for where in WHERE)
    met.append(tell(kind, "met no product at all", gone, "", met=True))
    met.append(tell(kind, "stored", len(found.reports), str(count), met=not lost))
    pictured = {key for key in phones.keys if has_photo(key)}
    met.append(
        tell(
            kind,
            "stored with their photo",
            len(found.with_photo),
            str(len(pictured)),
            met=found.with_photo == pictured,
        )
    )
    met.append(tell(kind, "stored twice", double, "0", met=double == 0))
    met.append(tell(kind, "told of another report", other, "0", met=other == 0))
    met.append(tell(kind, "odd answers", len(phones.odd), "0", met=not phones.odd))
    names = ("openings", "follows", "events", "places on the map")
    for name, value in zip(names, found.once(), strict=True):
        met.append(tell(kind, name, value, str(count), met=value == count))
    tell(kind, "submissions per second", count / seconds, "", met=True)
    return all(met)


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    asked.add_argument("--quick", action="store_true")
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory() as name, database(chosen.database, Path(name)) as url:
        phones, seconds = run(Path(name), url, QUICK if chosen.quick else WHOLE)
        return 0 if judge(chosen.database, phones, stored(url), seconds) else 1


if __name__ == "__main__":
    sys.exit(main())
