"""What a push service says when it does not take a notice, and what then happens."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.db import reading_session
from services.push import Notice, PushMessage, PushSubscription, Sender
from tests.conftest import AT
from tests.pushservice import Answer, Browser, PushService

Tell = Callable[..., None]
Keep = Callable[[Browser], UUID]


def rows(engine: sa.Engine) -> list[PushMessage]:
    with reading_session(engine) as session:
        return list(session.scalars(sa.select(PushMessage).order_by(PushMessage.due_at)))


def browsers(engine: sa.Engine) -> int:
    """Return how many are told."""
    with reading_session(engine) as session:
        told = sa.select(PushSubscription).where(PushSubscription.gone_at.is_(None))
        return len(session.scalars(told).all())


def test_a_browser_that_is_gone_is_told_no_more(
    engine: sa.Engine, service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    browser.gone = True
    tell()
    sender.send_due(AT)
    assert browsers(engine) == 0
    assert [(row.state, row.error) for row in rows(engine)] == [("dead", "gone")]
    tell()
    assert len(rows(engine)) == 1


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_it_waits_as_long_as_it_is_asked_to(
    form: str,
    engine: sa.Engine,
    service: PushService,
    browser: Browser,
    sender: Sender,
    tell: Tell,
) -> None:
    text = "30" if form == "seconds" else format_datetime(AT + timedelta(seconds=30), usegmt=True)
    service.answers.append(Answer(429, {"Retry-After": text}))
    tell()
    assert sender.send_due(AT) == 1
    assert sender.send_due(AT + timedelta(seconds=29)) == 0
    assert sender.send_due(AT + timedelta(seconds=31)) == 1
    assert [row.state for row in rows(engine)] == ["accepted"]


def test_an_outage_costs_nothing_but_time(
    engine: sa.Engine, service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    service.answers.extend(Answer(503) for _ in range(9))
    tell()
    at = AT
    for _ in range(60):
        sender.send_due(at)
        at += timedelta(seconds=60)
    assert [row.state for row in rows(engine)] == ["accepted"]
    assert rows(engine)[0].tries == 10


def test_one_too_large_is_sent_shorter(
    service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    service.largest = 600
    tell(Notice("제목", "긴 글 " * 400, "/reports/1", "t", "status"))
    sender.send_due(AT)
    shown = service.arrived[0].plain["notification"]
    assert shown["title"] == "제목"
    assert shown["body"].endswith("…")
    assert shown["navigate"].endswith("/reports/1")


def test_one_larger_than_any_push_service_takes_is_shortened_before_it_leaves(
    service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    service.largest = 10**9
    tell(Notice("제목", "가" * 3000, "/", "t", "status"))
    sender.send_due(AT)
    assert len(service.arrived[0].body) <= 4096


def test_a_browser_that_never_worked_is_removed_after_five_refusals(
    engine: sa.Engine, service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    service.always = Answer(400)
    for n in range(5):
        assert browsers(engine) == 1, n
        tell()
        sender.send_due(AT)
    assert browsers(engine) == 0


def test_one_that_worked_before_is_kept_through_refusals(
    engine: sa.Engine, service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    with engine.begin() as connection:
        connection.execute(sa.update(PushSubscription).values(last_receipt_at=AT))
    service.always = Answer(403)
    for _ in range(7):
        tell()
        sender.send_due(AT)
    assert browsers(engine) == 1
    service.always = None
    tell()
    sender.send_due(AT)
    with reading_session(engine) as session:
        assert session.scalars(sa.select(PushSubscription.failures)).all() == [0]
