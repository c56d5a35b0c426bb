"""A report rises by what it is at that moment, and who acts on it meanwhile waits in no ring."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from participation.accounts.models import Person
from participation.reports import actions
from participation.reports.access import hold
from participation.reports.models import Report, ReportEntry
from participation.reports.promises import queries_rising
from participation.reports.promises.jobs import escalate_forgotten
from participation.reports.rules import CROWD, Status
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from tests.participation.reports.test_no_two_wait_for_each_other import begins_between
from tests.participation.reports.test_two_at_once_decide_once import told
from tests.people import SOYEON, TAEHO

HOUR = timedelta(hours=1)
Act = Callable[[Session, Report], object]


def rising(engine: sa.Engine, ends: timedelta = HOUR) -> UUID:
    """Return a report whose promise ends in so much time, and which rises because of that."""
    key, at = told(engine), clock.now()
    near = {"rises_at": at - HOUR, "due_at": at + ends}
    with unit_of_work(engine) as session:
        session.execute(sa.update(Report).where(Report.id == key).values(**near))
    return key


def crowded(engine: sa.Engine) -> UUID:
    """Return a report that rises because of the people who follow it."""
    key, at = told(engine), clock.now()
    people = [Actor(uuid4()) for _ in range(CROWD)]
    with unit_of_work(engine) as session:
        session.add_all(Person(id=one.id, display_name="이웃", created_at=at) for one in people)
        session.flush()
        for one in people:
            actions.follow_report(session, one, session.get_one(Report, key), at=at)
    return key


def look(engine: sa.Engine) -> None:
    with unit_of_work(engine) as session:
        escalate_forgotten(session, clock.now())


def raised(engine: sa.Engine) -> list[UUID]:
    """Return what was raised, in the order in which it was."""
    steps = sa.select(ReportEntry.report_id).where(ReportEntry.kind.startswith("escalated"))
    with Session(engine) as session:
        rows = session.scalars(steps.order_by(ReportEntry.at)).all()
        marked = sa.select(Report.id).where(Report.escalated_at.is_not(None))
        assert sorted(rows) == sorted(session.scalars(marked))
    return list(rows)


@contextmanager
def between_two_looks(engine: sa.Engine, act: Callable[[], object]) -> Iterator[None]:
    """Let `act` happen after the job found whose day is near and before it asks who waits."""
    acts = [act]
    if engine.dialect.name == "sqlite":
        # Where there is one writer, nobody comes in between.
        acts.pop()()

    def come(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if acts and "report_follow" in statement:
            acts.pop()()

    sa.event.listen(engine, "before_cursor_execute", come)
    yield
    sa.event.remove(engine, "before_cursor_execute", come)
    assert acts == []


def settle(session: Session, report: Report) -> None:
    actions.answer_report(session, TAEHO, report, Status.FIXED, "끝", at=clock.now())


def promise_later(session: Session, report: Report) -> None:
    report.rises_at, report.due_at = clock.now() + HOUR, clock.now() + 2 * HOUR


@pytest.mark.parametrize("act", [settle, promise_later])
def test_what_changed_since_it_was_found_does_not_rise(engine: sa.Engine, act: Act) -> None:
    changed, other = rising(engine), rising(engine)

    def change() -> None:
        with unit_of_work(engine) as session:
            act(session, session.get_one(Report, changed))

    with between_two_looks(engine, change):
        look(engine)
    assert raised(engine) == [other]
    with Session(engine) as session:
        assert session.get_one(Report, changed).severity == 1


def test_what_somebody_acts_on_waits_for_the_next_turn(engine: sa.Engine) -> None:
    settled, late, many = rising(engine), rising(engine), crowded(engine)
    looking = threading.Thread(target=look, args=[engine])
    # Where there is one writer, the job waits for its turn.
    one_writer = engine.dialect.name == "sqlite"
    with unit_of_work(engine) as session:
        settle(session, session.get_one(Report, settled))
        hold(session, *[session.get_one(Report, key) for key in (late, many)])
        looking.start()
        looking.join(0.4 if one_writer else 10)
        assert looking.is_alive() is one_writer
    looking.join()
    look(engine)
    assert sorted(raised(engine)) == sorted([late, many])


def test_an_answer_before_it_is_raised_is_a_word_to_who_waited(engine: sa.Engine) -> None:
    key = crowded(engine)

    def answer(session: Session) -> None:
        report = session.get_one(Report, key)
        actions.answer_report(session, SOYEON, report, Status.IN_PROGRESS, "가요", at=clock.now())

    found: list[UUID] = []

    def come(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Answer once they were counted, where another can write between."""
        if "report_follow" in statement and not found:
            found.append(key)
            return
        if found == [key] and engine.dialect.name == "postgresql":
            found.append(key)
            with unit_of_work(engine) as session:
                answer(session)

    if engine.dialect.name == "sqlite":
        with unit_of_work(engine) as session:
            answer(session)
    sa.event.listen(engine, "before_cursor_execute", come)
    look(engine)
    sa.event.remove(engine, "before_cursor_execute", come)
    assert raised(engine) == []


@pytest.mark.parametrize("later", [0, 1])
def test_the_job_and_an_act_on_many_both_come_to_their_end(engine: sa.Engine, later: int) -> None:
    low, high = sorted([rising(engine), rising(engine)])
    first = (low, high)[later]
    with unit_of_work(engine) as session:
        ends = sa.update(Report).where(Report.id == first)
        session.execute(ends.values(due_at=clock.now() + HOUR / 2))

    begins_between(engine, low, high, lambda: look(engine))
    look(engine)
    assert sorted(raised(engine)) == [low, high]


def test_the_most_overdue_comes_first_over_several_turns(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries_rising, "AT_ONCE", 2)
    at = clock.now()
    keys = [rising(engine, hours * HOUR) for hours in (3, -5, 1, -2, 2)]
    order = [keys[n] for n in (1, 3, 2, 4, 0)]
    for turn in range(3):
        with unit_of_work(engine) as session:
            escalate_forgotten(session, at + turn * timedelta(minutes=1))
        there = raised(engine)
        assert sorted(there) == sorted(order[: 2 * turn + 2])
