"""A notice that still waits can be withdrawn by its tag: it is emptied, and rings nowhere."""

from collections.abc import Callable

import msgspec
import pytest
import sqlalchemy as sa

from services.db import Session, unit_of_work
from services.push import Notice, Sender, enqueue, withdraw
from services.push.models import PushMessage, PushSubscription
from services.push.subscriptions import Offer, subscribe
from tests.conftest import AT
from tests.people import JUN, MINJI
from tests.pushservice import Browser, PushService
from tests.services.push.conftest import NOTICE


@pytest.fixture
def juns(engine: sa.Engine, service: PushService, sender: Sender) -> Browser:
    made = service.subscribe(sender.vapid.public_key())
    with unit_of_work(engine) as session:
        offer = msgspec.convert(made.offer(), Offer)
        subscribe(session, JUN.id, offer, allow_private=True, at=AT)
    return made


def taken_off(engine: sa.Engine, *tags: str, **more: object) -> int:
    with unit_of_work(engine) as session:
        return withdraw(session, tags, **more)


def test_it_rings_with_nobody_but_one(
    engine: sa.Engine, service: PushService, sender: Sender, browser: Browser, juns: Browser
) -> None:
    other = Notice("다른 등", "고쳤어요", "/reports/2", "report-2", "status")
    with unit_of_work(engine) as session:
        for notice in (NOTICE, other):
            enqueue(session, [MINJI.id, JUN.id], notice, at=AT)
    assert taken_off(engine, NOTICE.tag, but=MINJI.id) == 1
    with Session(engine) as session:
        gone = sa.select(PushMessage.person_id, PushMessage.body, PushMessage.error)
        assert session.execute(gone.where(PushMessage.state == "dead")).all() == [
            (JUN.id, b"", "withdrawn")
        ]
    sender.send_due(AT)
    titles = [message.plain["notification"]["title"] for message in service.arrived]
    assert sorted(titles) == ["가로등", "다른 등", "다른 등"]


def test_of_several_tags_nothing_waits_and_what_was_sent_stays(
    engine: sa.Engine,
    service: PushService,
    sender: Sender,
    browser: Browser,
    tell: Callable[..., None],
) -> None:
    tell()
    sender.send_due(AT)
    tell()
    tell(msgspec.structs.replace(NOTICE, tag="report-2"))
    assert taken_off(engine, NOTICE.tag, "report-2", "report-3") == 2
    assert taken_off(engine) == 0
    sender.send_due(AT)
    assert len(service.arrived) == 1
    with Session(engine) as session:
        states = session.scalars(sa.select(PushMessage.state)).all()
        assert sorted(states) == ["accepted", "dead", "dead"]


def test_what_a_sender_had_in_hand_is_not_sent_and_the_browser_not_blamed(
    engine: sa.Engine,
    service: PushService,
    sender: Sender,
    browser: Browser,
    tell: Callable[..., None],
) -> None:
    tell()
    (row,) = sender._awake(AT)
    assert sender._claim([row], AT) == {row.id}
    taken_off(engine, NOTICE.tag)
    sender._send(row.id, AT)
    assert service.arrived == []
    with Session(engine) as session:
        assert session.scalars(sa.select(PushSubscription.failures)).all() == [0]
        assert session.scalars(sa.select(PushMessage.error)).all() == ["withdrawn"]
