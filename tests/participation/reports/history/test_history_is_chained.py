"""Every public step stands in the chain: of its report and of the whole city."""

import threading
from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import Person
from participation.reports import actions
from participation.reports.actions_undo import withdraw_acts
from participation.reports.history.chain import withhold
from participation.reports.history.jobs import keep_history
from participation.reports.history.models import HistoryHead
from participation.reports.imports.arrivals import take_in
from participation.reports.models import ReportEntry
from participation.reports.rules import Status
from participation.reports.settling import actions as settling_actions
from services.db import Session, unit_of_work
from services.errors import RefusedError
from static.history import verify
from tests.conftest import AT
from tests.participation.reports.history.publication import faults, published, report_of, told
from tests.people import MINJI, SOYEON


def test_each_public_step_is_in_the_chain_with_its_words(story: sa.Engine) -> None:
    stories, pages, heads = published(story)
    assert [step["kind"] for step in stories[0]["steps"]] == [
        *("opened", "answer", "answer", "disputed", "answer")
    ]
    assert stories[0]["steps"][3]["text"] == "아직 어두워요"
    assert stories[0]["head"]["count"] == len(pages[0]["steps"]) == heads["head"]["count"] == 5
    assert verify.check((stories, pages, heads)) == ([], heads["head"])


def test_nobody_is_named_and_the_citys_steps_hold_no_words(story: sa.Engine) -> None:
    said = msgspec.json.encode(published(story)).decode()
    assert str(MINJI.id) not in said
    assert str(SOYEON.id) not in said
    assert all(
        "text" not in step and "salt" not in step for step in published(story)[1][0]["steps"]
    )


def test_notes_of_staff_stay_out_of_it(story: sa.Engine) -> None:
    with unit_of_work(story) as session:
        actions.note_report(session, SOYEON, report_of(session), "문 앞에 개가 있음", at=AT)
    assert len(published(story)[0][0]["steps"]) == 5
    assert faults(story) == []


def test_what_is_undone_never_was(story: sa.Engine) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(story) as session:  # noqa: PT012
        actions.answer_report(session, SOYEON, report_of(session), Status.CLOSED, "x", at=AT)
        raise ZeroDivisionError
    with unit_of_work(story) as session:
        row, inner = report_of(session), session.begin_nested()
        actions.answer_report(session, SOYEON, row, Status.CLOSED, "x", at=AT)
        inner.rollback()
    assert len(published(story)[0][0]["steps"]) == 5
    assert faults(story) == []


def test_a_row_that_was_refused_takes_no_step_along(story: sa.Engine) -> None:
    with unit_of_work(story) as session:
        actions.answer_report(session, SOYEON, report_of(session), Status.CLOSED, "x", at=AT)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(Person(id=SOYEON.id, display_name="x", created_at=AT))
    assert len(published(story)[0][0]["steps"]) == 6
    assert faults(story) == []


def test_an_answer_taken_back_leaves_that_it_was_and_not_what_it_said(story: sa.Engine) -> None:
    at = AT + timedelta(days=1)
    with unit_of_work(story) as session:
        actions.answer_report(session, SOYEON, report_of(session), Status.CLOSED, "실수", at=at)
    with unit_of_work(story) as session:
        withdraw_acts(session, SOYEON, at, at=at + timedelta(seconds=4))
    steps = published(story)[0][0]["steps"]
    assert [(s["kind"], s["status"], s["of"]) for s in steps[5:]] == [
        *(("answer", "closed", None), ("withdrawn", "fixed", 6))
    ]
    assert [s["text"] for s in steps[5:]] == [None, ""]
    assert faults(story) == []
    with unit_of_work(story) as session, pytest.raises(RefusedError):
        withdraw_acts(session, SOYEON, at, at=at + timedelta(seconds=5))


def test_words_can_be_taken_off_for_good_and_the_chain_holds(story: sa.Engine) -> None:
    with unit_of_work(story) as session:
        entry = session.scalars(sa.select(ReportEntry).where(ReportEntry.kind == "disputed")).one()
        withhold(session, entry)
    step = published(story)[0][0]["steps"][3]
    assert (step["text"], step["salt"]) == (None, None)
    assert faults(story) == []


def test_who_leaves_takes_their_words_along_and_the_chain_holds(story: sa.Engine) -> None:
    with unit_of_work(story) as session:
        settling_actions.erase_person(session, MINJI.id, AT)
        actions.erase_person(session, MINJI.id, AT)
    steps = published(story)[0][0]["steps"]
    assert [step["text"] for step in steps if step["kind"] == "disputed"] == [None]
    assert [step["text"] for step in steps if step["kind"] == "answer"] == ["말 1", "말 2", "말 4"]
    assert faults(story) == []


def test_what_was_told_elsewhere_is_chained_too(engine: sa.Engine) -> None:
    with unit_of_work(engine) as session:
        assert take_in(session, [told(n) for n in range(7)], at=AT) == 7
    stories, pages, _ = published(engine)
    assert [[s["kind"] for s in story["steps"]] for story in stories] == [["opened", "answer"]] * 7
    assert [step["seq"] for step in pages[0]["steps"]] == list(range(1, 15))
    assert faults(engine) == []


def test_each_day_has_one_head(story: sa.Engine) -> None:
    for minutes in (0, 10, 24 * 60):
        with unit_of_work(story) as session:
            keep_history(session, AT + timedelta(minutes=minutes))
    with Session(story) as session:
        days = session.scalars(sa.select(HistoryHead.day).order_by(HistoryHead.day)).all()
    assert days == ["2026-11-02", "2026-11-03"]
    assert faults(story) == []


def test_writers_at_once_make_one_chain(engine: sa.Engine) -> None:
    """Forty reports told and answered by eight writers: no fork, no gap, nothing lost."""

    def write(writer: int) -> None:
        for n in range(5):
            with unit_of_work(engine) as session:
                take_in(session, [told(writer * 10 + n, Status.OPEN)], at=AT)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    _, pages, heads = published(engine)
    assert heads["head"]["count"] == len(pages[0]["steps"]) == 40
    assert faults(engine) == []
