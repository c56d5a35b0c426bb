"""kill -9 of the whole product while people send reports: what was accepted is there, once."""

import signal
import time
from collections import Counter
from pathlib import Path

from services.db import migrate
from tests import servers
from tests.faults.crowd import Crowd, database_of, people, stored_keys, undelivered
from tests.flows.processes import Process

PEOPLE, EACH, KILLS = 50, 20, 4


def test_killed_app_loses_nothing(tmp_path: Path) -> None:
    url = database_of(tmp_path)
    migrate.upgrade(url)
    tokens = people(url, PEOPLE)
    port = servers.free_port()
    app = started(tmp_path, port)
    crowd = Crowd(app.address, tokens, EACH)
    crowd.start()
    try:
        for number in range(1, KILLS + 1):
            wait_for(lambda n=number: len(crowd.accepted) >= n * PEOPLE * EACH // (KILLS + 2))
            app.stop(signal.SIGKILL)
            app = started(tmp_path, port)
        crowd.join()
        wait_for(lambda: undelivered(url) == 0)
    finally:
        crowd.give_up.set()
        app.stop(signal.SIGKILL)
    counts = Counter(stored_keys(url))
    assert len(crowd.accepted) == PEOPLE * EACH
    assert set(counts) == crowd.accepted
    assert set(counts.values()) == {1}
    assert crowd.cut > 0, "no request was ever cut off: the kills came too late to prove anything"


def started(folder: Path, port: int) -> Process:
    app = Process("serve", folder, {"PORT": str(port), "MADANG_PUSH_ALLOW_PRIVATE": "true"})
    servers._wait(port)
    return app


def wait_for(done: object, seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert time.monotonic() < ends, "it took too long"
        time.sleep(0.05)
