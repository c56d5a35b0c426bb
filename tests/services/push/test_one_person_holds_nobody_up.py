"""However many browsers and slow hosts one person names, what is for others leaves in time."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.db import reading_session
from services.outbound import addresses
from services.push import Notice, PushMessage, PushSubscription, Sender
from services.push.breaker import Breaker, Seat
from services.push.sender import EACH
from services.push.subscriptions import MOST
from tests.conftest import AT
from tests.people import JUN, MINJI
from tests.pushservice import Answer, Browser, PushService
from tests.services.push.conftest import NOTICE

Keep = Callable[..., UUID]
Tell = Callable[..., None]
URGENT = Notice("가스", "확인하세요", "/", "gas", "emergency")


def rows(engine: sa.Engine) -> list[PushMessage]:
    with reading_session(engine) as session:
        return list(session.scalars(sa.select(PushMessage).order_by(PushMessage.due_at)))


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Names that end on .slow are looked up for as long as the test takes."""
    done, real = threading.Event(), socket.getaddrinfo

    def look_up(host: str, *args: Any, **kwargs: Any) -> list[Any]:
        if host.endswith(".slow"):
            done.wait(60)
        return list(real("127.0.0.1" if host.endswith(".slow") else host, *args, **kwargs))

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(addresses, "RESOLVE_S", 0.05)
    yield
    done.set()
    while addresses._asking:
        time.sleep(0.01)


def elsewhere(browser: Browser, host: str) -> Browser:
    browser.endpoint = browser.endpoint.replace("127.0.0.1", host)
    return browser


def test_a_person_has_few_places_and_more_for_an_emergency() -> None:
    breaker = Breaker(share=9, each=2)
    mine = [Seat(f"https://h{n}.example", MINJI.id) for n in range(4)]
    assert [breaker.enter(seat, AT) for seat in mine] == [True, True, False, False]
    assert breaker.busy_people() == [MINJI.id]
    assert breaker.enter(Seat(mine[2].origin), AT, urgent=True)
    assert breaker.enter(Seat(mine[0].origin, JUN.id), AT)
    breaker.leave(mine[0], AT, well=True)
    assert breaker.busy_people() == []
    assert breaker.enter(mine[3], AT)


def test_slow_answers_to_one_person_leave_places_for_the_others(
    engine: sa.Engine, service: PushService, sender: Sender, keep: Keep, tell: Tell
) -> None:
    service.always = Answer(201, after_s=2.0)
    for _ in range(3):
        keep(service.subscribe())
    for _ in range(20):
        tell()
    with PushService() as other:
        keep(other.subscribe(), JUN)
        batch = sender._start(AT)
        assert len(batch) == EACH
        assert sender._start(AT) == []
        tell(NOTICE, JUN)
        tell(URGENT)
        # Three emergencies of the same person, and what is for another.
        started = sender._start(AT)
        assert len(started) == 4
        for one in (*batch, *started):
            one.join()
        assert len(other.arrived) == 1


def test_names_that_hang_hold_up_none_but_their_owner(
    engine: sa.Engine,
    service: PushService,
    sender: Sender,
    keep: Keep,
    tell: Tell,
    hanging: None,
) -> None:
    for n in range(MOST):
        with pytest.MonkeyPatch.context() as resolved:
            resolved.setattr(socket, "getaddrinfo", lambda *_asked, **_more: [])
            keep(elsewhere(service.subscribe(), f"h{n}.slow"))
    keep(service.subscribe(), JUN)
    at = AT
    for _ in range(6):
        tell()
        sender.send_due(at)
        at += timedelta(seconds=90)
    tell(NOTICE, JUN)
    sender.send_due(at)
    assert len(service.arrived) == 1
    assert len(addresses._asking) == MOST


def test_a_look_up_that_was_not_begun_says_nothing_of_a_push_service(
    engine: sa.Engine,
    service: PushService,
    sender: Sender,
    browser: Browser,
    tell: Tell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(addresses, "LOOKUPS", 0)
    for _ in range(10):
        tell()
    at = AT
    for _ in range(20):
        assert sender.send_due(at) == 10
        at += timedelta(seconds=10)
    assert sender.breaker.resting(at) == []
    assert {(row.state, row.tries, row.error) for row in rows(engine)} == {
        ("waiting", 1, "address_unresolved")
    }
    monkeypatch.setattr(addresses, "LOOKUPS", 32)
    sender.send_due(at)
    assert len(service.arrived) == 10


def test_a_person_has_so_many_browsers_and_the_one_unused_for_longest_goes(
    engine: sa.Engine, service: PushService, keep: Keep
) -> None:
    theirs = keep(service.subscribe(), JUN)
    keys = [keep(service.subscribe(), MINJI, AT + timedelta(days=n)) for n in range(MOST)]
    with engine.begin() as connection:
        first = sa.update(PushSubscription).where(PushSubscription.id == keys[0])
        connection.execute(first.values(last_receipt_at=AT + timedelta(days=MOST)))
    newest = keep(service.subscribe(), MINJI, AT + timedelta(days=MOST))
    with reading_session(engine) as session:
        kept = set(session.scalars(sa.select(PushSubscription.id)))
    assert kept == {theirs, newest, keys[0], *keys[2:]}
