"""However many turns hang when a process is to end, all of them are waited for only so long."""

import threading
import time

import pytest

from services.serving import background
from services.serving.background import Background


def test_all_that_hangs_is_waited_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "LAST_WORK_S", 0.2)
    hanging, ended, begun = threading.Event(), [], threading.Semaphore(0)

    def turn() -> None:
        begun.release()
        hanging.wait()

    working = Background()
    for _ in range(20):
        working.work(turn)
    for _ in range(20):
        begun.acquire()
    working.at_the_end(lambda: ended.append(True))
    began = time.monotonic()
    working.stop()
    # One after the other it would take four seconds.
    assert time.monotonic() - began < 2
    assert ended == [True]
    hanging.set()
