"""A notice that was kept or put off while a clock was ahead rings once the clock is right."""

import logging
from datetime import datetime, timedelta

import msgspec
import pytest
import sqlalchemy as sa

from services.db import Session, unit_of_work
from services.push import enqueue
from services.push.ahead import put_right
from services.push.messages import Class
from services.push.models import PushMessage
from tests.conftest import AT
from tests.people import MINJI
from tests.pushservice import Browser
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
