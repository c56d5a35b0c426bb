"""Many pictures at once are all worked on; pictures that take long keep no pages from anybody."""

import io
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest
import pyvips

from services.auth import Actor
from services.errors import RefusedError
from services.media import processor
from services.media.turns import PicturesBusyError, Turns
from services.serving.pages import THREADS
from tests.pages import Pages
from tests.people import MINJI

PATIENCE_S = 0.8


def turns() -> Turns:
    return Turns(2, seats=3, patience_s=PATIENCE_S, longest_s=10)


def work(taken: Turns, until: Callable[[], object]) -> float:
    """Take a turn and return how long that took; raises PicturesBusyError after that time."""
    began = time.monotonic()
    with taken.taken():
        waited = time.monotonic() - began
        until()
    return waited


def test_twelve_phones_at_once_are_all_served() -> None:
    mine = turns()
    with ThreadPoolExecutor(THREADS) as threads:
        for one in [threads.submit(work, mine, lambda: time.sleep(0.15)) for _ in range(12)]:
            one.result()


def test_while_none_comes_by_threads_are_free_for_all_else() -> None:
    mine, done = turns(), threading.Event()
    with ThreadPoolExecutor(THREADS) as threads:
        asked: list[Future[float]] = []
        for _ in range(16):
            asked.append(threads.submit(work, mine, lambda: done.wait(20)))
            time.sleep(0.01)
        began = time.monotonic()
        # What stands behind them all, as a page would.
        assert threads.submit(lambda: True).result(10)
        assert time.monotonic() - began < PATIENCE_S + 0.5
        began = time.monotonic()
        with pytest.raises(PicturesBusyError):
            threads.submit(work, mine, lambda: None).result(10)
        assert time.monotonic() - began < PATIENCE_S / 2
        # Two are at work and three have a seat.
        refusals = wait(asked[5:], timeout=10)
        assert not refusals.not_done
        done.set()
        refused = [one for one in asked if isinstance(one.exception(20), PicturesBusyError)]
    assert refused == asked[5:]
    assert work(mine, lambda: None) < 1


def test_where_each_takes_long_few_wait() -> None:
    mine = turns()
    work(mine, lambda: time.sleep(0.9))
    with ThreadPoolExecutor(THREADS) as threads:
        asked = []
        for _ in range(16):
            asked.append(threads.submit(work, mine, lambda: time.sleep(0.9)))
            time.sleep(0.01)
        began = time.monotonic()
        assert threads.submit(lambda: True).result(10)
        assert time.monotonic() - began < 0.5
        assert [one.exception(20) is None for one in asked] == [True] * 5 + [False] * 11


def test_a_seat_is_no_place_for_ever() -> None:
    mine, done = Turns(1, seats=1, patience_s=0, longest_s=0.1), threading.Event()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(work, mine, lambda: done.wait(20))
        time.sleep(0.05)
        with pytest.raises(PicturesBusyError):
            work(mine, lambda: None)
        done.set()
        first.result()


def test_a_report_that_came_at_the_wrong_moment_keeps_its_words(
    visit: Callable[[Actor | None], Pages], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processor, "TURNS", Turns(0, seats=0, patience_s=0, longest_s=0))
    data = pyvips.Image.black(40, 30, bands=3).pngsave_buffer()
    said = {"category": "litter", "text": "봉투가 터졌어요", "lat": "34.21", "lon": "127.91"}
    pages = visit(MINJI)
    pages.get("/reports/new")
    answer = pages.post("/reports/", 503, photo=(io.BytesIO(data), "a.png"), **said)
    assert int(answer.headers["Retry-After"]) > 0
    assert "봉투가 터졌어요" in answer.text
    assert "지금 사진이 많이 들어오고 있어요" in answer.text
    assert re.search(r'value="litter"[^>]*checked', answer.text)


def cover(mine: Turns, by: str) -> None:
    with mine.taken(by=by):
        pass


def busy(mine: Turns, threads: ThreadPoolExecutor, until: threading.Event) -> list[Future[float]]:
    """Let all work and wait that may."""
    asked = [threads.submit(work, mine, lambda: until.wait(20)) for _ in range(2)]
    while not mine._seated:
        time.sleep(0.01)
    return asked


def test_who_works_on_what_others_sent_has_a_seat_though_all_are_taken() -> None:
    mine, done = Turns(1, seats=1, patience_s=0, longest_s=10, reserved=1), threading.Event()
    with ThreadPoolExecutor(4) as threads:
        asked = busy(mine, threads, done)
        with pytest.raises(PicturesBusyError):
            work(mine, lambda: None)
        covering = threads.submit(cover, mine, "Soyeon")
        time.sleep(0.05)
        assert not covering.done()
        done.set()
        for one in (covering, *asked):
            one.result(10)


def test_those_are_a_few_each_with_one_picture_and_threads_are_left_for_all_else() -> None:
    mine, done = Turns(1, seats=1, patience_s=0, longest_s=10, reserved=2), threading.Event()
    with ThreadPoolExecutor(6) as threads:
        asked = busy(mine, threads, done)
        covering = [threads.submit(cover, mine, who) for who in ("Soyeon", "Taeho")]
        while mine._seated < 3:
            time.sleep(0.01)
        for _ in range(20):
            with pytest.raises(RefusedError, match="photo_under_way"):
                cover(mine, "Soyeon")
        with pytest.raises(PicturesBusyError):
            cover(mine, "Hana")
        done.set()
        for one in (*covering, *asked):
            one.result(10)
    for _ in range(2):
        cover(mine, "Soyeon")


def test_the_seats_of_the_house_leave_a_thread_for_all_else() -> None:
    house = processor.TURNS
    assert house._at_once + house.seats + house.reserved < THREADS
