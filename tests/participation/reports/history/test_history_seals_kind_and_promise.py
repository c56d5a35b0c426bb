"""Each step seals what kind of trouble it was and by when it was promised; what moves is found."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import sqlalchemy as sa

from participation.reports import actions, actions_dispute
from participation.reports.actions_undo import withdraw_acts
from participation.reports.blocks.actions import let_through, turn_down
from participation.reports.history.models import HistoryStep
from participation.reports.history.queries import steps_after
from participation.reports.history.rules import moment
from participation.reports.imports.arrivals import take_in
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services.auth import STRANGER
from services.db import Session, unit_of_work
from static.history import verify
from tests.conftest import AT
from tests.participation.reports.history.older_forms import in_form
from tests.participation.reports.history.publication import (
    faults,
    published,
    report_of,
    told,
)
from tests.people import MINJI, SOYEON

PROMISE = verify.SEAL[:3]
LATER = AT + timedelta(days=90)


def change(engine: sa.Engine, **values: Any) -> None:
    """Change a report's row past the application."""
    with unit_of_work(engine) as session:
        session.execute(sa.update(Report).values(**values))


def open_one(engine: sa.Engine, *, held: bool = False) -> None:
    new = actions.NewReport(
        category=Category.NOISE,
        text="밤마다 시끄러워요",
        lat=37.5,
        lon=127.0,
        idempotency_key=uuid4().hex,
        held=held,
    )
    with unit_of_work(engine) as session:
        actions.open_report(session, MINJI, new, at=AT)


def answer(engine: sa.Engine, status: Status, at: datetime) -> None:
    with unit_of_work(engine) as session:
        actions.answer_report(session, SOYEON, report_of(session), status, "소식", at=at)


def seals(engine: sa.Engine) -> list[tuple[Any, ...]]:
    """Return what each step of the one report seals of its kind and promise."""
    steps = published(engine)[0][0]["steps"]
    return [tuple(step[name] for name in PROMISE) for step in steps]


@pytest.mark.parametrize(
    ("moved", "said"),
    [
        ({"due_at": LATER}, "due"),
        ({"promised_at": LATER}, "promised"),
        ({"ended_at": AT}, "ended_at"),
        ({"category": "water"}, "category"),
    ],
)
def test_what_is_moved_without_a_step_is_found_and_named(
    story: sa.Engine, moved: dict[str, Any], said: str
) -> None:
    change(story, **moved)
    assert [f"is shown with {said} " in fault for fault in faults(story)] == [True, True]


def test_what_was_moved_is_still_found_when_the_report_goes_on(story: sa.Engine) -> None:
    """The next step seals what then stands; that none could change it stays to be seen."""
    change(story, due_at=LATER, promised_at=LATER, category="water")
    answer(story, Status.CLOSED, AT + timedelta(days=1))
    found = faults(story)
    assert [name for name in PROMISE if any(f"says {name} " in one for one in found)] == [*PROMISE]


def test_a_report_that_is_opened_seals_its_kind_and_its_promise(engine: sa.Engine) -> None:
    open_one(engine)
    with unit_of_work(engine) as session:
        due = moment(report_of(session).due_at)
    assert seals(engine) == [("noise", due, due)]
    assert faults(engine) == []


def test_a_dispute_seals_the_new_promise_beside_the_first(story: sa.Engine) -> None:
    first, anew = moment(AT + timedelta(days=3)), seals(story)[3][1]
    assert anew > first
    assert seals(story) == [("litter", first, first)] * 3 + [("litter", anew, first)] * 2
    assert faults(story) == []


def test_what_staff_open_again_seals_the_new_promise_with_a_step_that_says_so(
    story: sa.Engine,
) -> None:
    at = AT + timedelta(days=9)
    answer(story, Status.OPEN, at)
    for _ in range(2):
        later = at + timedelta(seconds=10)
        with unit_of_work(story) as session:
            row = report_of(session)
            actions_dispute.renew_promise(session, STRANGER, row, at, at=later)
    *_, opened, anew = published(story)[0][0]["steps"]
    assert (opened["kind"], anew["kind"], anew["status"]) == ("answer", "promised", None)
    assert anew["due"] > opened["due"] > opened["promised"] == anew["promised"]
    assert faults(story) == []


def test_an_import_seals_what_its_city_promised_and_that_it_promised_nothing(
    engine: sa.Engine,
) -> None:
    silent = msgspec.structs.replace(told(2), due_at=None)
    with unit_of_work(engine) as session:
        take_in(session, [told(1), silent], at=AT)
    stories = published(engine)[0]
    firsts = {step["promised"] for story in stories for step in story["steps"]}
    assert firsts == {moment(AT + timedelta(days=3)), None}
    assert all(step["due"] for story in stories for step in story["steps"])
    assert faults(engine) == []


def test_what_is_being_worked_on_elsewhere_says_so_in_its_story(engine: sa.Engine) -> None:
    with unit_of_work(engine) as session:
        take_in(session, [told(1, Status.IN_PROGRESS)], at=AT)
    steps = published(engine)[0][0]["steps"]
    assert [step["status"] for step in steps] == ["open", "in_progress"]
    assert faults(engine) == []


def test_that_something_was_promised_after_all_is_found(engine: sa.Engine) -> None:
    silent = msgspec.structs.replace(told(2), due_at=None)
    with unit_of_work(engine) as session:
        take_in(session, [silent], at=AT)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM report_unpromised")
    assert any("shown with promised " in fault for fault in faults(engine))


def test_an_answer_taken_back_seals_what_stands(story: sa.Engine) -> None:
    at = AT + timedelta(days=1)
    answer(story, Status.CLOSED, at)
    with unit_of_work(story) as session:
        withdraw_acts(session, SOYEON, at, at=at + timedelta(seconds=4))
    assert seals(story)[5:] == [seals(story)[4]] * 2
    assert faults(story) == []


def test_what_nobody_may_see_is_sealed_as_nothing(engine: sa.Engine) -> None:
    """Not let through, it tells no stranger of what kind it was; let through later, it does."""
    open_one(engine, held=True)
    with unit_of_work(engine) as session:
        turn_down(session, SOYEON, [report_of(session)], "이름이 있어요", at=AT)
    _, pages, _ = published(engine)
    state = next(iter(pages[0]["states"].values()))
    assert [state[name] for name in verify.SEAL] == [None] * 5
    assert seals(engine) == [(None, None, None)]
    assert faults(engine) == []
    answer(engine, Status.OPEN, AT + timedelta(hours=1))
    assert [seal[0] for seal in seals(engine)] == [None, "noise", "noise"]
    assert faults(engine) == []


def test_what_waited_for_a_look_seals_the_promise_it_was_told_with(engine: sa.Engine) -> None:
    open_one(engine, held=True)
    with unit_of_work(engine) as session:
        let_through(session, SOYEON, [report_of(session)], at=AT + timedelta(days=1))
    assert len(set(seals(engine))) == 1
    assert faults(engine) == []


@pytest.mark.parametrize(("form", "unsaid"), [(1, 5), (2, 2)])
def test_a_chain_of_an_older_form_goes_on_in_the_newest(
    story: sa.Engine, form: int, unsaid: int
) -> None:
    in_form(story, form)
    assert faults(story) == []
    answer(story, Status.CLOSED, AT + timedelta(days=1))
    steps = published(story)[0][0]["steps"]
    older, newest = verify.FORMATS[form - 1], verify.FORMATS[-1]
    assert [step["format"] for step in steps] == [older] * 5 + [newest]
    assert sum(name not in steps[0] for name in verify.SEAL) == unsaid
    assert faults(story) == []
    change(story, due_at=LATER)
    assert faults(story) != []


@pytest.mark.parametrize("form", [1, 2, 4])
def test_a_step_put_into_another_form_is_found(story: sa.Engine, form: int) -> None:
    with unit_of_work(story) as session:
        session.execute(sa.update(HistoryStep).values(format=form))
    assert faults(story) != []


@pytest.fixture
def count_statements(engine: sa.Engine) -> Callable[[Callable[[], object]], int]:
    """Return how many statements an act sends."""

    def counted(act: Callable[[], object]) -> int:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            sent.append(statement)

        sa.event.listen(engine, "before_cursor_execute", note)
        act()
        sa.event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    return counted


def test_a_page_of_steps_is_read_in_as_many_statements_however_long_it_is(
    engine: sa.Engine, count_statements: Callable[[Callable[[], object]], int]
) -> None:
    counts = []
    for number in (1, 40):
        with unit_of_work(engine) as session:
            take_in(session, [told(n + number * 100) for n in range(number)], at=AT)
        with Session(engine) as session:
            counts.append(count_statements(lambda s=session: steps_after(s, 0)))
    assert counts[0] == counts[1]
