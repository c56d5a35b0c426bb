"""What is hidden or taken off while a letter waits for the mail server does not go out in it."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports import actions, actions_merge
from participation.reports.actions_undo import unmerge_report
from participation.reports.models import Report
from participation.reports.settling.actions import erase_person
from participation.reports.settling.actions_words import take_words_off
from services import clock
from services.db import Session, unit_of_work
from services.letters import LetterOut, LetterTopic, send_due
from tests.flows.test_closed_is_not_fixed import answer
from tests.flows.test_report_to_answer import report
from tests.participation.reports.settling import test_one_tap as taps
from tests.participation.reports.settling.test_one_tap import Visit, deliver
from tests.participation.reports.settling.test_words_are_taken_off import HATE, said, step_of
from tests.participation.reports.telling.test_steps_are_told_by_letter import out
from tests.participation.reports.test_one_lamp_is_one_report import two
from tests.people import JUN, SOYEON

addresses = taps.addresses
OTHERS = "jun@example.org"


@pytest.fixture
def disputed(visit: Visit, app: Flask) -> str:
    """A report of which a letter to Minji says what Jun said of its settling."""
    made = said(visit)
    deliver(app)
    assert HATE in "".join(one.text for one in out(app))
    return made


def subjects(app: Flask) -> list[str]:
    return sorted(one.subject for one in out(app))


def test_words_a_moderator_took_off_are_in_no_letter_and_the_step_is(
    disputed: str, app: Flask
) -> None:
    before = subjects(app)
    with unit_of_work(app.extensions["engine"]) as session:
        row, step = session.get_one(Report, UUID(disputed)), UUID(step_of(app))
        take_words_off(session, SOYEON, row, step, at=clock.now())
    deliver(app)
    assert HATE not in "".join(one.text for one in out(app))
    assert subjects(app) == before


def test_words_of_who_left_are_in_no_letter(disputed: str, app: Flask) -> None:
    assert disputed
    assert JUN.id is not None
    before = subjects(app)
    with unit_of_work(app.extensions["engine"]) as session:
        erase_person(session, JUN.id, clock.now())
    deliver(app)
    assert HATE not in "".join(one.text for one in out(app))
    assert subjects(app) == before


@pytest.mark.parametrize("status", ["in_progress", "fixed"])
def test_what_was_hidden_goes_out_to_its_reporter_alone(
    visit: Visit, app: Flask, status: str
) -> None:
    made = report(visit)
    visit(JUN).post(f"/reports/{made}/follow")
    answer(visit, made, status)
    deliver(app)
    assert len(out(app, OTHERS)) == 1
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.get_one(Report, UUID(made))
        actions.reject_report(session, SOYEON, row, "It names somebody", at=clock.now())
    deliver(app)
    assert out(app, OTHERS) == []
    assert "It names somebody" in out(app)[-1].text


def test_who_was_to_be_led_on_is_not_once_the_joining_is_undone(visit: Visit, app: Flask) -> None:
    made, into = two(visit)
    now = clock.now()
    with unit_of_work(app.extensions["engine"]) as session:
        one, other = (session.get_one(Report, UUID(key)) for key in (made, into))
        actions_merge.merge_report(session, SOYEON, one, other, at=now)
    deliver(app)
    assert "이어져요" in out(app)[-1].subject
    with unit_of_work(app.extensions["engine"]) as session:
        one = session.get_one(Report, UUID(made))
        unmerge_report(session, SOYEON, one, at=now + timedelta(seconds=15))
    deliver(app)
    assert [letter.subject.split(":")[0] for letter in out(app)] == ["다시 따로 이어져요"]


def test_a_letter_that_went_or_was_given_up_leaves_nothing_of_what_it_told(
    disputed: str, app: Flask
) -> None:
    engine, later = app.extensions["engine"], clock.now() + timedelta(minutes=1)
    with unit_of_work(engine) as session:
        worn = sa.update(LetterOut).where(LetterOut.to == OTHERS)
        assert session.connection().execute(worn.values(tries=8)).rowcount
    send_due(engine, app.extensions["settings"], lambda: later)
    with Session(engine) as session:
        assert set(session.scalars(sa.select(LetterOut.event_body))) == {None}
        assert disputed not in "".join(session.scalars(sa.select(LetterTopic.topic)))
