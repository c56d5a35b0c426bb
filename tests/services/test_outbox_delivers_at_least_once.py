"""What happened is told to everyone who asked, whatever fails in between."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from participation.events.reports import ReportChanged
from services import clock, outbox
from services.db import Session, reading_session, unit_of_work
from services.errors import NotFoundError
from services.outbox.dispatcher import TRIES, wait_before
from services.outbox.events import OutboxDelivery, OutboxEvent
from tests.conftest import AT

EVENT = ReportChanged(report_id=UUID(int=1), what="x")


def told(engine: sa.Engine, times: int = 1) -> None:
    with unit_of_work(engine) as session:
        for _ in range(times):
            outbox.publish(session, EVENT, at=clock.now())


def test_what_is_rolled_back_is_told_to_nobody(engine: sa.Engine) -> None:
    heard: list[int] = []
    subscriptions = outbox.Subscriptions()
    subscriptions.on(ReportChanged, lambda _s, _e: heard.append(1))
    with pytest.raises(ZeroDivisionError), unit_of_work(engine) as session:  # noqa: PT012
        outbox.publish(session, EVENT, at=AT)
        raise ZeroDivisionError
    outbox.Dispatcher(engine, subscriptions).drain()
    assert heard == []


def test_one_that_fails_does_not_silence_the_others_and_ends_as_a_dead_letter(
    engine: sa.Engine,
) -> None:
    heard: list[int] = []

    def bad(_session: Session, _event: ReportChanged) -> None:
        raise RuntimeError("a person's words")

    def good(_session: Session, _event: ReportChanged) -> None:
        heard.append(1)

    subscriptions = outbox.Subscriptions()
    subscriptions.on(ReportChanged, bad)
    subscriptions.on(ReportChanged, good)
    told(engine, 2)
    dispatcher = outbox.Dispatcher(engine, subscriptions)
    later = clock.now()
    dispatcher.fan_out(later)
    for _ in range(TRIES + 1):
        while dispatcher.deliver_one(later):
            pass
        later += timedelta(hours=1)
    assert len(heard) == 2
    with reading_session(engine) as session:
        letters = outbox.dead_letters(session, subscriptions.by_name, at=later)
    assert [(x.tries, x.error) for x in letters] == [(TRIES, "RuntimeError")] * 2
    with unit_of_work(engine) as session:
        outbox.retry(session, letters[0].id, at=AT)
        with pytest.raises(NotFoundError):
            outbox.retry(session, letters[0].id, at=AT)


def test_many_workers_tell_each_once(engine: sa.Engine) -> None:
    heard: list[UUID] = []
    subscriptions = outbox.Subscriptions()

    def hear(session: Session, event: ReportChanged) -> None:
        heard.append(uuid4())

    subscriptions.on(ReportChanged, hear)
    told(engine, 40)
    outbox.Dispatcher(engine, subscriptions).fan_out(clock.now())
    workers = [
        threading.Thread(target=outbox.Dispatcher(engine, subscriptions).drain) for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert len(heard) == 40


def test_emergencies_go_first(engine: sa.Engine) -> None:
    heard: list[str] = []
    subscriptions = outbox.Subscriptions()

    def slow(_session: Session, _event: ReportChanged) -> None:
        heard.append("normal")

    def fast(_session: Session, _event: ReportChanged) -> None:
        heard.append("emergency")

    subscriptions.on(ReportChanged, slow)
    subscriptions.on(ReportChanged, fast, lane="emergency")
    told(engine, 3)
    outbox.Dispatcher(engine, subscriptions).drain()
    assert heard == ["emergency"] * 3 + ["normal"] * 3


def test_a_worker_whose_lease_lapsed_undoes_its_work(engine: sa.Engine) -> None:
    subscriptions = outbox.Subscriptions()
    ran: list[int] = []

    def taken_over(session: Session, _event: ReportChanged) -> None:
        ran.append(1)
        if len(ran) == 1:
            session.execute(sa.text("UPDATE outbox_delivery SET lease = 'another'"))

    subscriptions.on(ReportChanged, taken_over)
    told(engine)
    dispatcher = outbox.Dispatcher(engine, subscriptions)
    dispatcher.fan_out(clock.now())
    assert dispatcher.deliver_one(clock.now())
    assert not dispatcher.deliver_one(clock.now())
    assert dispatcher.deliver_one(clock.now() + timedelta(minutes=1))
    assert len(ran) == 2


def test_waits_grow_to_ten_minutes() -> None:
    assert [wait_before(n).seconds for n in (1, 2, 3, 20)] == [1, 2, 4, 600]


def lapse(dispatcher: outbox.Dispatcher) -> None:
    """Claim as a worker does that is killed before it ends."""
    later = clock.now() + timedelta(hours=1)
    with unit_of_work(dispatcher.engine) as session:
        session.execute(sa.update(OutboxDelivery).values(due_at=AT))
    assert dispatcher._claim(later) is not None


def test_one_that_kills_its_worker_each_time_ends_as_a_dead_letter(engine: sa.Engine) -> None:
    ran: list[int] = []
    subscriptions = outbox.Subscriptions()
    subscriptions.on(ReportChanged, lambda _s, _e: ran.append(1))
    told(engine)
    dispatcher = outbox.Dispatcher(engine, subscriptions)
    dispatcher.fan_out(clock.now())
    for _ in range(TRIES):
        lapse(dispatcher)
    later = clock.now() + timedelta(hours=3)
    assert dispatcher.deliver_one(later)
    assert not dispatcher.deliver_one(later + timedelta(hours=9))
    with reading_session(engine) as session:
        (letter,) = outbox.dead_letters(session, subscriptions.by_name, at=later)
    assert (ran, letter.tries, letter.error) == ([], TRIES, "NeverEnded")
    with unit_of_work(engine) as session:
        outbox.retry(session, letter.id, at=AT)
    assert dispatcher.deliver_one(later)
    assert ran == [1]


def test_a_worker_that_died_once_counts_as_one_try(engine: sa.Engine) -> None:
    ran: list[int] = []
    subscriptions = outbox.Subscriptions()
    subscriptions.on(ReportChanged, lambda _s, _e: ran.append(1))
    told(engine)
    dispatcher = outbox.Dispatcher(engine, subscriptions)
    dispatcher.fan_out(clock.now())
    lapse(dispatcher)
    assert dispatcher.deliver_one(clock.now() + timedelta(hours=3))
    with reading_session(engine) as session:
        assert session.scalars(sa.select(OutboxDelivery.tries)).all() == [2]
    assert ran == [1]


def test_what_nobody_hears_any_more_is_shown_and_can_be_discarded(engine: sa.Engine) -> None:
    subscriptions = outbox.Subscriptions()
    subscriptions.on(ReportChanged, lambda _s, _e: None)
    (name,) = subscriptions.by_name
    told(engine)
    outbox.Dispatcher(engine, subscriptions).fan_out(clock.now())
    soon, later = clock.now(), clock.now() + timedelta(hours=1)
    with unit_of_work(engine) as session:
        assert outbox.dead_letters(session, {name}, at=later) == []
        # A newer version beside this one may know who hears it.
        assert outbox.dead_letters(session, set(), at=soon) == []
        (letter,) = outbox.dead_letters(session, set(), at=later)
        assert (letter.subscriber, letter.heard) == (name, False)
        for known, at in (({name}, later), (set[str](), soon)):
            with pytest.raises(NotFoundError):
                outbox.discard(session, letter.id, known, at=at)
        outbox.discard(session, letter.id, set(), at=later)
        assert outbox.dead_letters(session, set(), at=later) == []


def test_what_was_told_a_month_ago_is_forgotten_and_what_is_stuck_is_not(
    engine: sa.Engine,
) -> None:
    def moody(_session: Session, event: ReportChanged) -> None:
        if event.what == "stuck":
            raise ZeroDivisionError

    subscriptions = outbox.Subscriptions()
    subscriptions.on(ReportChanged, moody)
    with unit_of_work(engine) as session:
        for what in ("told", "stuck"):
            outbox.publish(session, ReportChanged(report_id=UUID(int=1), what=what), at=AT)
    outbox.Dispatcher(engine, subscriptions).drain()
    now = clock.now()
    for days, left in ((29, {b"told", b"stuck"}), (31, {b"stuck"})):
        with unit_of_work(engine) as session:
            outbox.prune(session, now + timedelta(days=days))
        with reading_session(engine) as session:
            bodies = session.scalars(sa.select(OutboxEvent.body)).all()
            kept = session.scalars(sa.select(OutboxDelivery.event_seq)).all()
        assert {what for what in (b"told", b"stuck") for body in bodies if what in body} == left
        assert len(kept) == len(left)


def test_each_lease_is_twice_as_long_as_the_one_before(engine: sa.Engine) -> None:
    subscriptions = outbox.Subscriptions()
    subscriptions.on(ReportChanged, lambda _s, _e: None)
    told(engine)
    dispatcher = outbox.Dispatcher(engine, subscriptions)
    now = clock.now()
    dispatcher.fan_out(now)
    for lease_s in (30, 60, 120):
        assert dispatcher._claim(now) is not None
        lapsed = now + timedelta(seconds=lease_s)
        # Nobody takes it over while its worker may still be at it.
        assert dispatcher._claim(lapsed - timedelta(seconds=1)) is None
        now = lapsed
