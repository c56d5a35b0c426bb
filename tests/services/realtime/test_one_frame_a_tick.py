"""What changed gathers into one frame a room, and no thread's news is lost on the way."""

import threading
from collections.abc import Callable

from services.realtime.ticks import MOST_ITEMS, Frame, Ticks


def nothing() -> None:
    """There is nothing to do in a calm."""


def test_a_burst_is_one_frame_for_each_room() -> None:
    sent: list[Frame] = []
    ticks = Ticks(sent.append, nothing)
    for seq in range(1, 101):
        ticks.tell([(f"room:{seq % 2}", seq, {"kind": "x"})])
    ticks.tick()
    ticks.tick()
    assert [(f["room"], f["cursor"], len(f["items"])) for f in sent] == [
        ("room:1", 99, 50),
        ("room:0", 100, 50),
    ]
    assert [item["seq"] for item in sent[1]["items"]] == list(range(2, 101, 2))


def test_too_much_for_a_frame_means_reading_anew() -> None:
    sent: list[Frame] = []
    ticks = Ticks(sent.append, nothing)
    ticks.tell([("room", seq, {}) for seq in range(1, MOST_ITEMS + 1)])
    ticks.tick()
    ticks.tell([("room", seq, {}) for seq in range(1, MOST_ITEMS + 2)])
    ticks.tick()
    assert [(len(f["items"]), f.get("reset", False)) for f in sent] == [
        (MOST_ITEMS, False),
        (0, True),
    ]


def test_news_of_many_threads_are_all_told() -> None:
    sent: list[Frame] = []
    ticks = Ticks(sent.append, nothing)

    def talk(start: int) -> None:
        for seq in range(start, start + 2000):
            ticks.tell([(f"room:{seq}", seq, {})])

    talkers = [threading.Thread(target=talk, args=(n * 2000,)) for n in range(4)]
    for talker in talkers:
        talker.start()
    while any(talker.is_alive() for talker in talkers):
        ticks.tick()
    ticks.tick()
    heard = [item["seq"] for frame in sent for item in frame["items"]]
    assert sorted(heard) == list(range(8000))


class LateEvent(threading.Event):
    """An event whose first wait runs out in the very moment in which it is set."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._meanwhile: Callable[[], None] | None = meanwhile

    def wait(self, timeout: float | None = None) -> bool:
        if self._meanwhile is None:
            return super().wait(timeout)
        meanwhile, self._meanwhile = self._meanwhile, None
        meanwhile()
        return False


def test_what_is_told_as_the_wait_runs_out_is_sent() -> None:
    arrived = threading.Event()
    ticks = Ticks(lambda frame: arrived.set(), nothing)
    ticks._stirred = LateEvent(lambda: ticks.tell([("room", 1, {})]))
    threading.Thread(target=ticks.run, daemon=True).start()
    assert arrived.wait(10)
