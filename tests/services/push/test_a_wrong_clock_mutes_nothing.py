"""What was put off, begun or signed while a clock was ahead mutes nothing once it is right."""

import logging
import time
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from services.db import Session, unit_of_work
from services.push import enqueue
from services.push.ahead import put_right
from services.push.breaker import LONGEST_REST, PATIENCE, Breaker, Seat
from services.push.messages import Class
from services.push.models import PushMessage
from services.push.vapid import Vapid
from tests.conftest import AT
from tests.people import MINJI
from tests.pushservice import Browser, check_vapid
from tests.services.push.conftest import NOTICE

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def kept(engine: sa.Engine, urgency: Class, due_at: datetime, tries: int = 0) -> datetime:
    """Keep a notice that is due then, look at what waits, and return when it is due."""
    notice = msgspec.structs.replace(NOTICE, urgency_class=urgency)
    with unit_of_work(engine) as session:
        enqueue(session, [MINJI.id], notice, at=due_at)
        session.execute(sa.update(PushMessage).values(tries=tries))
    with unit_of_work(engine) as session:
        put_right(session, AT)
    with Session(engine) as session:
        return session.scalars(sa.select(PushMessage.due_at)).one()


@pytest.mark.parametrize(
    ("urgency", "tries", "ahead"),
    [
        ("emergency", 0, 2 * MINUTE),
        ("emergency", 3, 2 * HOUR),
        ("prompt", 0, 2 * MINUTE),
        ("technical", 0, 26 * HOUR),
        ("status", 3, 26 * HOUR),
    ],
)
def test_what_waits_for_longer_than_it_can_is_due_now(
    engine: sa.Engine,
    browser: Browser,
    caplog: pytest.LogCaptureFixture,
    urgency: Class,
    tries: int,
    ahead: timedelta,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert kept(engine, urgency, AT + ahead, tries) == AT
    assert caplog.text.count("was a clock ahead?") == 1


@pytest.mark.parametrize(
    ("urgency", "tries", "waits"),
    [
        ("emergency", 0, MINUTE / 2),
        ("emergency", 3, HOUR),
        ("technical", 0, 24 * HOUR),
        ("status", 3, 24 * HOUR),
    ],
)
def test_what_waits_as_it_should_is_left_alone(
    engine: sa.Engine, browser: Browser, urgency: Class, tries: int, waits: timedelta
) -> None:
    assert kept(engine, urgency, AT + waits, tries) == AT + waits


@pytest.mark.parametrize("ahead", [2 * MINUTE, HOUR, 24 * HOUR])
def test_a_push_service_that_failed_then_rests_no_longer_than_it_can(ahead: timedelta) -> None:
    breaker, one = Breaker(share=3), Seat("https://push.example")
    for _ in range(PATIENCE):
        breaker.enter(one, AT + ahead)
        rests = breaker.leave(one, AT + ahead, well=False)
    assert rests
    assert breaker.resting(AT + ahead) == [one.origin]
    assert breaker.resting(AT) == []
    assert breaker.enter(one, AT, urgent=True)
    # One goes alone, and decides, as after any rest.
    assert not breaker.enter(one, AT)
    breaker.leave(one, AT, well=False)
    assert breaker.resting(AT) == [one.origin]
    assert breaker.resting(AT + LONGEST_REST) == []


@pytest.mark.parametrize("ahead", [HOUR, 24 * HOUR])
def test_a_signature_of_then_is_not_used_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    vapid, now = Vapid(tmp_path / "key.pem", "mailto:a@example.org"), time.time()
    monkeypatch.setattr(time, "time", lambda: now + ahead.total_seconds())
    wrong = vapid.authorization("https://push.example/a")
    monkeypatch.setattr(time, "time", lambda: now)
    right = vapid.authorization("https://push.example/a")
    assert right != wrong
    check_vapid(right, "https://push.example")
    assert vapid.authorization("https://push.example/b") == right
