"""In a person's quiet hours nothing rings but what is an emergency or was asked for just then."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa

from services.db import Session, make_engine, migrate, unit_of_work
from services.push import Hours, Notice, Sender, enqueue, quiet_hours_of, set_quiet_hours
from services.push.models import PushMessage
from services.push.post import CLASSES
from services.push.subscriptions import Offer, erase_of, export_of, subscribe
from tests.conftest import AT
from tests.people import JUN, MINJI
from tests.pushservice import Answer, Browser, PushService
from tests.services.push.conftest import NOTICE

# At AT it is six in the evening in the city, so that quiet hours begin four hours later.
NIGHT = Hours(22 * 60, 7 * 60)
LATE, EARLY, MORNING = (AT + timedelta(hours=hours) for hours in (5, 12.99, 13))


@pytest.fixture
def quiet(engine: sa.Engine) -> Callable[..., None]:
    """Keep Minji's quiet hours."""

    def kept(hours: Hours = NIGHT, at: datetime = AT) -> None:
        with unit_of_work(engine) as session:
            set_quiet_hours(session, MINJI.id, hours, at=at)

    return kept


@pytest.fixture
def tell_at(engine: sa.Engine) -> Callable[..., None]:
    """Keep a notice of a moment; it is Minji's unless another is named."""

    def told(at: datetime, person_id: UUID = MINJI.id, **changes: str) -> None:
        notice = msgspec.structs.replace(NOTICE, **changes)
        with unit_of_work(engine) as session:
            enqueue(session, [person_id], notice, at=at)

    return told


def said(service: PushService) -> list[str]:
    return [message.plain["notification"]["title"] for message in service.arrived]


@pytest.mark.parametrize("urgency", CLASSES)
def test_all_but_emergencies_and_what_was_asked_for_waits(
    service: PushService,
    sender: Sender,
    browser: Browser,
    quiet: Callable[..., None],
    tell_at: Callable[..., None],
    urgency: str,
) -> None:
    quiet()
    tell_at(LATE, urgency_class=urgency)
    sender.send_due(LATE)
    sender.send_due(EARLY)
    at_once = urgency in ("emergency", "prompt")
    assert len(service.arrived) == int(at_once)
    sender.send_due(MORNING)
    assert said(service) == ["가로등"]


def test_nothing_waits_outside_of_them_nor_for_another(
    engine: sa.Engine,
    service: PushService,
    sender: Sender,
    browser: Browser,
    quiet: Callable[..., None],
    tell_at: Callable[..., None],
) -> None:
    offer = service.subscribe(sender.vapid.public_key()).offer()
    with unit_of_work(engine) as session:
        jun = msgspec.convert(offer, Offer)
        subscribe(session, JUN.id, jun, allow_private=True, at=AT)
    quiet()
    tell_at(AT)
    sender.send_due(AT)
    tell_at(LATE, tag="other")
    tell_at(LATE, JUN.id, title="준에게")
    sender.send_due(LATE)
    assert said(service) == ["가로등", "준에게"]


def test_what_failed_before_is_not_tried_again_in_them(
    service: PushService,
    sender: Sender,
    browser: Browser,
    quiet: Callable[..., None],
    tell_at: Callable[..., None],
) -> None:
    quiet()
    dusk = AT + timedelta(hours=3, minutes=59)
    tell_at(dusk)
    service.answers.append(Answer(429, {"Retry-After": "120"}))
    sender.send_due(dusk)
    tried = len(service.arrived)
    sender.send_due(LATE)
    assert len(service.arrived) == tried
    sender.send_due(MORNING)
    assert len(service.arrived) == tried + 1


def test_the_newest_of_a_tag_alone_is_told_when_they_end(
    engine: sa.Engine,
    service: PushService,
    sender: Sender,
    browser: Browser,
    quiet: Callable[..., None],
    tell_at: Callable[..., None],
) -> None:
    quiet()
    for minutes, title in enumerate(("처음", "다음", "마지막")):
        tell_at(LATE + timedelta(minutes=minutes), title=title)
        sender.send_due(LATE + timedelta(minutes=minutes))
    tell_at(LATE, title="다른 신고", tag="report-2")
    sender.send_due(LATE + timedelta(hours=1))
    sender.send_due(MORNING)
    assert sorted(said(service)) == ["다른 신고", "마지막"]
    with Session(engine) as session:
        errors = session.scalars(sa.select(PushMessage.error).where(PushMessage.state == "dead"))
        assert errors.all() == ["replaced"] * 2


@pytest.mark.parametrize("hours", [Hours(), Hours(60, 60), Hours(9 * 60, 10 * 60)])
def test_taken_back_or_moved_they_let_go_what_waits(
    service: PushService,
    sender: Sender,
    browser: Browser,
    quiet: Callable[..., None],
    tell_at: Callable[..., None],
    hours: Hours,
) -> None:
    quiet()
    tell_at(LATE)
    sender.send_due(LATE)
    assert said(service) == []
    quiet(hours, LATE)
    sender.send_due(LATE)
    assert said(service) == ["가로등"]


def test_many_that_wait_hold_up_nobody(
    engine: sa.Engine,
    service: PushService,
    sender: Sender,
    browser: Browser,
    quiet: Callable[..., None],
    tell_at: Callable[..., None],
) -> None:
    quiet()
    with unit_of_work(engine) as session:
        for number in range(120):
            notice = Notice("밤", "", "/", f"report-{number}", "technical")
            enqueue(session, [MINJI.id], notice, at=LATE)
    tell_at(LATE, title="시험", urgency_class="prompt")
    sender.send_due(LATE)
    assert said(service) == ["시험"]
    sender.send_due(MORNING)
    assert len(service.arrived) == 121


def test_they_are_handed_out_and_erased_with_their_person(
    engine: sa.Engine, quiet: Callable[..., None]
) -> None:
    quiet()
    with unit_of_work(engine) as session:
        assert export_of(session, MINJI.id)["quiet"] == [{"from": "22:00", "until": "07:00"}]
        erase_of(session, MINJI.id, AT)
        assert quiet_hours_of(session, [MINJI.id]) == {}


def test_those_that_were_kept_before_hold_from_then_on(database_url: str) -> None:
    engine = make_engine(database_url)
    with unit_of_work(engine) as session:
        set_quiet_hours(session, MINJI.id, NIGHT, at=AT)
        session.execute(
            sa.text("INSERT INTO alert_times (person_id, digest_hour) VALUES (:one, 8)"),
            {"one": MINJI.id.hex if engine.dialect.name == "sqlite" else MINJI.id},
        )
    migrate.downgrade(database_url, "0029")
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT quiet_from, quiet_to FROM alert_times").all()
    assert [tuple(row) for row in kept] == [NIGHT]
    migrate.upgrade(database_url)
    with Session(engine) as session:
        assert quiet_hours_of(session, [MINJI.id]) == {MINJI.id: NIGHT}
    engine.dispose()


def test_a_second_sender_loses_nothing_that_the_first_put_off(
    service: PushService,
    sender: Sender,
    browser: Browser,
    quiet: Callable[..., None],
    tell_at: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quiet()
    tell_at(LATE, tag="one")
    tell_at(LATE, tag="two")
    seen, due = sender._due(LATE), sender._due
    # Both had read what is due before either put it off.
    reads = iter([seen, seen, []])
    monkeypatch.setattr(sender, "_due", lambda _at: next(reads))
    assert sender._awake(LATE) == []
    monkeypatch.setattr(sender, "_due", due)
    sender.send_due(MORNING)
    assert len(service.arrived) == 2


def test_of_a_tag_the_newest_is_told_though_the_older_was_tried(
    service: PushService,
    sender: Sender,
    browser: Browser,
    quiet: Callable[..., None],
    tell_at: Callable[..., None],
) -> None:
    quiet()
    dusk = AT + timedelta(hours=3, minutes=59)
    tell_at(dusk, title="old")
    service.answers.append(Answer(429, {"Retry-After": "120"}))
    sender.send_due(dusk)
    refused = len(service.arrived)
    sender.send_due(LATE)
    tell_at(LATE, title="new")
    sender.send_due(LATE)
    sender.send_due(MORNING)
    assert said(service)[refused:] == ["new"]


def test_an_emergency_waits_for_nobodys_quiet_hours_to_be_kept(
    engine: sa.Engine,
    sender: Sender,
    browser: Browser,
    quiet: Callable[..., None],
    tell_at: Callable[..., None],
) -> None:
    quiet()
    for number in range(60):
        tell_at(LATE, tag=f"n{number}")
    tell_at(LATE, urgency_class="emergency", tag="e")
    assert [row.urgency_class for row in sender._awake(LATE)] == ["emergency"]
    with Session(engine) as session:
        put_off = sa.select(sa.func.count()).where(PushMessage.due_at > LATE)
        assert session.scalar(put_off) == 0


def test_who_leaves_meanwhile_holds_up_nobody(
    engine: sa.Engine,
    sender: Sender,
    browser: Browser,
    quiet: Callable[..., None],
    tell_at: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quiet()
    tell_at(LATE)
    reads = iter([sender._due(LATE), []])
    monkeypatch.setattr(sender, "_due", lambda _at: next(reads))
    with unit_of_work(engine) as session:
        erase_of(session, MINJI.id, LATE)
    assert sender._awake(LATE) == []
