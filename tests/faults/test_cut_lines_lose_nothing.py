"""Submissions whose line is cut anywhere, and whose server is killed: each is stored, once."""

import signal
import time
from pathlib import Path

from services.db import migrate
from tests import servers
from tests.faults.crowd import database_of, people
from tests.faults.cut_lines import WHERE
from tests.faults.phones import Phones, has_photo
from tests.faults.stored_submissions import stored
from tests.flows.processes import Process

PEOPLE, COUNT, SECONDS = 12, 200, 120


def test_cut_lines_lose_nothing(tmp_path: Path) -> None:
    url, port = database_of(tmp_path), servers.free_port()
    migrate.upgrade(url)
    tokens = people(url, PEOPLE)
    app = started(tmp_path, port)
    phones = Phones(app.address, tokens, COUNT, most_cuts=1)
    phones.start()
    try:
        wait_for(lambda: len(phones.told) >= COUNT // 3 or phones.give_up.is_set())
        app.stop(signal.SIGKILL)
        app = started(tmp_path, port)
        wait_for(lambda: len(phones.told) == COUNT or phones.give_up.is_set())
    finally:
        phones.give_up.set()
        app.stop(signal.SIGKILL)
    phones.join()
    found = stored(url)
    assert not phones.odd
    assert set(phones.cuts) >= set(WHERE), "some cut was never made"
    assert set(found.reports) == set(phones.told) == set(phones.keys)
    assert {key: list(ids) for key, ids in phones.told.items()} == found.named()
    assert found.with_photo == {key for key in phones.keys if has_photo(key)}
    assert found.once() == [COUNT] * 4


def started(folder: Path, port: int) -> Process:
    app = Process("serve", folder, {"PORT": str(port)}, "tests.faults.held_app")
    servers._wait(port)
    return app


def wait_for(done: object) -> None:
    ends = time.monotonic() + SECONDS
    while not done():  # type: ignore[operator]
        assert time.monotonic() < ends, "it took too long"
        time.sleep(0.05)
