"""A notice arrives encrypted for one browser, signed by this city, once, and is never lost."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.db import reading_session, unit_of_work
from services.push import Notice, PushMessage, Sender, shown_to
from services.push.sender import SHARE
from services.push.subscriptions import receive
from tests.conftest import AT
from tests.people import JUN, MINJI
from tests.pushservice import Browser, PushService

Tell = Callable[..., None]


def rows(engine: sa.Engine) -> list[PushMessage]:
    with reading_session(engine) as session:
        return list(session.scalars(sa.select(PushMessage).order_by(PushMessage.due_at)))


def test_it_is_readable_by_the_browser_alone(
    service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    tell()
    assert sender.send_due(AT) == 1
    assert service.refusals == []
    message = service.arrived[0]
    assert message.plain["web_push"] == 8030
    shown = message.plain["notification"]
    assert (shown["title"], shown["body"], shown["tag"]) == ("가로등", "고치고 있어요", "report-1")
    assert shown["navigate"].startswith("http://127.0.0.1")
    assert shown["navigate"].endswith("/reports/1")
    assert "가로등".encode() not in message.body
    assert message.headers["topic"] == sender_topic(tell, sender, service)


def sender_topic(tell: Tell, sender: Sender, service: PushService) -> str:
    tell()
    sender.send_due(AT)
    return service.arrived[-1].headers["topic"]


@pytest.mark.parametrize(
    ("urgency_class", "ttl", "urgency"),
    [
        ("emergency", "3600", "high"),
        ("prompt", "600", "high"),
        ("technical", "86400", "normal"),
        ("status", "86400", "low"),
    ],
)
def test_each_class_has_its_life_and_urgency(
    urgency_class: str,
    ttl: str,
    urgency: str,
    service: PushService,
    browser: Browser,
    sender: Sender,
    tell: Tell,
) -> None:
    tell(Notice("a", "b", "/", "t", urgency_class))  # type: ignore[arg-type]
    sender.send_due(AT)
    headers = service.arrived[0].headers
    assert (headers["ttl"], headers["urgency"]) == (ttl, urgency)
    assert service.arrived[0].plain["urgent"] is (urgency_class == "emergency")


def test_it_is_not_sent_again_once_accepted(
    engine: sa.Engine, service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    tell()
    sender.send_due(AT)
    assert sender.send_due(AT + timedelta(hours=1)) == 0
    assert [row.state for row in rows(engine)] == ["accepted"]


def test_a_send_whose_worker_died_is_sent_again(
    engine: sa.Engine, service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    tell()
    assert len(sender._claim(sender._due(AT), AT)) == 1
    assert sender.send_due(AT) == 0
    assert sender.send_due(AT + timedelta(minutes=2)) == 1
    assert len(service.arrived) == 1


def test_two_senders_send_once(
    engine: sa.Engine, service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    tell()
    first, second = sender._due(AT), sender._due(AT)
    assert [len(sender._claim(first, AT)), len(sender._claim(second, AT))] == [1, 0]


def test_only_a_receipt_says_who_was_reached(
    engine: sa.Engine, service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    tell()
    sender.send_due(AT)

    def reached(since: datetime) -> frozenset[UUID]:
        with reading_session(engine) as session:
            return shown_to(session, [MINJI.id, JUN.id], "report-1", since=since)

    assert reached(AT) == frozenset()
    with unit_of_work(engine) as session:
        receive(session, UUID(service.arrived[0].plain["id"]), at=AT)
    assert reached(AT) == {MINJI.id}
    assert reached(AT + timedelta(hours=1)) == frozenset()


def test_emergencies_leave_first(
    service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    for _ in range(60):
        tell()
    tell(Notice("가스", "확인하세요", "/", "gas", "emergency"))
    sender.send_due(AT)
    first = [message.headers["urgency"] for message in service.arrived[:SHARE]]
    assert "high" in first


def test_what_waited_too_long_is_not_sent(
    engine: sa.Engine, service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    tell(Notice("질문", "괜찮으세요?", "/", "q", "prompt"))
    sender.send_due(AT + timedelta(hours=1))
    assert service.arrived == []
    assert [(row.state, row.error) for row in rows(engine)] == [("dead", "expired")]


def test_a_newer_notice_of_the_same_matter_replaces_one_that_still_waits(
    service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    tell()
    tell(Notice("가로등", "다 고쳤어요", "/reports/1", "report-1", "status"))
    tell(Notice("물", "새요", "/reports/2", "report-2", "status"))
    for _ in range(3):
        sender.send_due(AT)
    assert len(service.arrived) == 3
    assert len(browser.waiting) == 2
