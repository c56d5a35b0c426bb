"""A push service that fails is left alone for a while, and stands in nobody's way."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from services import clock
from services.db import reading_session
from services.outbound import client
from services.push import Notice, PushMessage, Sender
from services.push.breaker import FORGET, KEPT, LONGEST_S, PATIENCE, Breaker, Seat
from services.push.sender import SHARE
from tests.conftest import AT
from tests.people import JUN, MINJI, SOYEON, TAEHO
from tests.pushservice import Answer, Browser, PushService
from tests.services.push.conftest import NOTICE

ONE = Seat("https://push.example")
Keep = Callable[..., UUID]
# Enough to take every place that one push service may have.
MANY = (MINJI, JUN, SOYEON, TAEHO)


def fail(breaker: Breaker, times: int) -> bool:
    rests = False
    for _ in range(times):
        assert breaker.enter(ONE, AT)
        rests = breaker.leave(ONE, AT, well=False)
    return rests


def test_five_failures_in_a_row_and_it_rests() -> None:
    breaker = Breaker(share=3)
    assert not fail(breaker, PATIENCE - 1)
    assert fail(breaker, 1)
    assert not breaker.enter(ONE, AT)
    assert not breaker.enter(ONE, AT, urgent=True)
    assert breaker.resting(AT) == [ONE.origin]
    assert breaker.enter(Seat("https://other.example"), AT)


def test_a_success_in_between_begins_the_count_anew() -> None:
    breaker = Breaker(share=3)
    fail(breaker, PATIENCE - 1)
    breaker.enter(ONE, AT)
    breaker.leave(ONE, AT, well=True)
    assert not fail(breaker, PATIENCE - 1)


def test_after_its_rest_one_message_goes_alone_and_decides() -> None:
    breaker = Breaker(share=3)
    fail(breaker, PATIENCE)
    later = AT + timedelta(seconds=LONGEST_S * 1.2)
    assert breaker.enter(ONE, later)
    assert not breaker.enter(ONE, later)
    assert breaker.leave(ONE, later, well=False)
    assert not breaker.enter(ONE, later)
    much_later = later + timedelta(seconds=LONGEST_S * 1.2)
    assert breaker.enter(ONE, much_later)
    assert not breaker.leave(ONE, much_later, well=True)
    assert [breaker.enter(ONE, much_later) for _ in range(4)] == [True, True, True, False]


def test_a_place_given_back_unused_says_nothing() -> None:
    breaker = Breaker(share=3)
    fail(breaker, PATIENCE)
    later = AT + timedelta(seconds=LONGEST_S * 1.2)
    breaker.enter(ONE, later)
    breaker.leave(ONE, later, well=None)
    assert [breaker.enter(ONE, later) for _ in range(2)] == [True, False]


def test_no_rest_is_longer_than_a_minute_or_so() -> None:
    breaker = Breaker(share=3)
    fail(breaker, PATIENCE)
    at = AT
    for _ in range(20):
        at += timedelta(seconds=LONGEST_S * 1.2)
        assert breaker.enter(ONE, at)
        breaker.leave(ONE, at, well=False)


def test_places_are_few_and_some_are_kept_for_emergencies() -> None:
    breaker = Breaker(share=2, places=3, spare=1)
    assert [breaker.enter(ONE, AT) for _ in range(3)] == [True, True, False]
    assert breaker.busy() == [ONE.origin]
    assert breaker.enter(Seat("https://b.example"), AT)
    assert not breaker.enter(Seat("https://c.example"), AT)
    assert breaker.enter(ONE, AT, urgent=True)
    assert not breaker.enter(Seat("https://c.example"), AT, urgent=True)
    breaker.leave(ONE, AT, well=True)
    breaker.leave(ONE, AT, well=True)
    assert breaker.enter(Seat("https://c.example"), AT)


def test_origins_strangers_made_up_are_forgotten() -> None:
    breaker = Breaker(share=3)
    for n in range(KEPT):
        breaker.enter(Seat(f"https://h{n}.example"), AT)
        breaker.leave(Seat(f"https://h{n}.example"), AT, well=False)
    assert breaker.enter(ONE, AT + 2 * FORGET)
    assert len(breaker._states) == 1


def test_a_slow_push_service_leaves_places_for_the_others(
    engine: sa.Engine, service: PushService, sender: Sender, keep: Keep, tell: Callable[..., None]
) -> None:
    for one in MANY:
        keep(service.subscribe(), one)
    for _ in range(10):
        tell(NOTICE, *MANY)
    with PushService() as other:
        keep(other.subscribe())
        tell(Notice("가스", "확인하세요", "/", "gas", "emergency"))
        service.always = Answer(201, after_s=0.4)
        threads = [*sender._start(AT), *sender._start(AT)]
        end = time.monotonic() + 5
        while not other.arrived and time.monotonic() < end:
            time.sleep(0.01)
        assert other.arrived
        assert sender.breaker.busy() == [service.origin]
        for one in threads:
            one.join()
    assert 1 < service.most_at_once <= SHARE


def test_an_emergency_does_not_stand_behind_a_batch(
    service: PushService, sender: Sender, keep: Keep, tell: Callable[..., None]
) -> None:
    for one in MANY:
        keep(service.subscribe(), one)
    for _ in range(10):
        tell(NOTICE, *MANY)
    service.always = Answer(201, after_s=2.0)
    batch = sender._start(AT)
    assert len(batch) == SHARE
    assert sender._start(AT) == []
    tell(Notice("가스", "확인하세요", "/", "gas", "emergency"))
    urgent = sender._start(AT)
    assert len(urgent) == 1
    assert all(one.is_alive() for one in batch)
    for one in (*batch, *urgent):
        one.join()


def test_a_storm_costs_few_knocks_and_loses_nothing(
    engine: sa.Engine, service: PushService, sender: Sender, keep: Keep, tell: Callable[..., None]
) -> None:
    keep(service.subscribe())
    for _ in range(30):
        tell()
    service.always = Answer(503)
    at, knocks = AT, 0
    for _ in range(30):
        knocks += sender.send_due(at)
        at += timedelta(seconds=20)
    assert knocks < 60
    service.always = None
    for _ in range(40):
        at += timedelta(seconds=60)
        sender.send_due(at)
    with reading_session(engine) as session:
        assert set(session.scalars(sa.select(PushMessage.state))) == {"accepted"}
    assert len(service.arrived) == 30


def test_a_host_that_answers_byte_by_byte_is_left_in_time(
    monkeypatch: pytest.MonkeyPatch,
    service: PushService,
    sender: Sender,
    browser: Browser,
    tell: Callable[..., None],
) -> None:
    monkeypatch.setattr(client, "DEADLINE_S", 0.4)
    service.always = Answer(201, drip=True)
    tell()
    began = clock.now()
    assert sender.send_due(AT) == 1
    assert clock.now() - began < timedelta(seconds=3)


def test_a_send_without_a_thread_gives_its_place_back(
    service: PushService,
    sender: Sender,
    browser: Browser,
    tell: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none_left(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    tell()
    with monkeypatch.context() as short:
        short.setattr(threading.Thread, "start", none_left)
        assert sender.send_due(AT) == 0
    assert sender.breaker._taken == 0
    # The claim lapsed meanwhile.
    assert sender.send_due(AT + timedelta(minutes=2)) == 1
    assert len(service.arrived) == 1
