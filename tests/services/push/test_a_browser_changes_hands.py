"""What waited for the person before at a browser is never shown to the next one there."""

from collections.abc import Callable
from typing import Any

import msgspec
import sqlalchemy as sa

from services.db import reading_session, unit_of_work
from services.push import PushMessage, PushSubscription, Sender, subscriptions
from services.push.subscriptions import Offer
from tests.conftest import AT
from tests.people import JUN
from tests.pushservice import Browser, PushService

Tell = Callable[..., None]


def goes_to_jun(engine: sa.Engine, browser: Browser) -> None:
    offer = msgspec.convert(browser.offer(), Offer)
    assert JUN.id is not None
    with unit_of_work(engine) as session:
        subscriptions.subscribe(session, JUN.id, offer, allow_private=True, at=AT)


def told(engine: sa.Engine) -> list[Any]:
    with reading_session(engine) as session:
        return [tuple(row) for row in session.execute(sa.select(PushMessage.state))]


def test_what_waited_is_deleted(
    engine: sa.Engine, service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    tell()
    goes_to_jun(engine, browser)
    assert told(engine) == []
    assert sender.send_due(AT) == 0
    assert service.arrived == []


def test_what_was_being_sent_just_then_does_not_leave(
    engine: sa.Engine, service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    tell()
    [row] = sender._due(AT)
    assert sender._claim([row], AT) == {row.id}
    goes_to_jun(engine, browser)
    sender._send(row.id, AT)
    assert service.arrived == []


def test_a_notice_is_sent_to_its_own_persons_browser_alone(
    engine: sa.Engine, service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    tell()
    with engine.begin() as connection:
        connection.execute(sa.update(PushSubscription).values(person_id=JUN.id))
    assert sender.send_due(AT) == 1
    assert service.arrived == []
    assert told(engine) == [("dead",)]


def test_what_was_sent_before_stays_in_the_list_of_whom_it_was_for(
    engine: sa.Engine, service: PushService, browser: Browser, sender: Sender, tell: Tell
) -> None:
    tell()
    sender.send_due(AT)
    goes_to_jun(engine, browser)
    assert told(engine) == [("accepted",)]


def test_turning_it_on_twice_loses_nothing(
    engine: sa.Engine,
    service: PushService,
    browser: Browser,
    keep: Callable[[Browser], Any],
    sender: Sender,
    tell: Tell,
) -> None:
    tell()
    before = keep(browser)
    assert keep(browser) == before
    assert sender.send_due(AT) == 1
    assert len(service.arrived) == 1
