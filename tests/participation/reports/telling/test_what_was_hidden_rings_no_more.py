"""What a notice says of a report that was hidden meanwhile is its reporter's alone to read."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.events.letters import LetterAwaited
from participation.reports.models import ReportEntry
from participation.reports.rules import MERGED
from participation.reports.telling.subscribers import Teller
from services.auth import Actor
from services.db import Session, unit_of_work
from services.push import PushMessage
from tests.flows.test_closed_is_not_fixed import answer, settled
from tests.flows.test_joining_and_giving_are_taken_back import offered
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.participation.reports.settling import test_one_tap as taps
from tests.participation.reports.settling.test_one_tap import Visit, browser, deliver, letters
from tests.participation.reports.test_one_lamp_is_one_report import joined, two
from tests.people import JUN, MINJI, SOYEON, TAEHO

addresses = taps.addresses
REASON = "이웃의 이름이 적혀 있어요"


@pytest.fixture(autouse=True)
def browsers(app: Flask) -> None:
    for who in (MINJI, JUN, TAEHO):
        browser(app, who)


def hide(visit: Visit, report_id: str) -> Pages:
    desk = visit(SOYEON)
    desk.get(f"/console/reports/{report_id}")
    desk.post(f"/console/reports/{report_id}/reject", reason=REASON)
    return desk


def waiting(app: Flask) -> list[UUID]:
    """Return who is still told something, once for each notice."""
    with Session(app.extensions["engine"]) as session:
        rows = sa.select(PushMessage.person_id).where(PushMessage.state == "waiting")
        return sorted(session.scalars(rows))


def everyone(*people: Actor) -> list[UUID]:
    return sorted(one.id for one in people if one.id is not None)


def follow(visit: Visit, who: Actor, report_id: str) -> None:
    pages = visit(who)
    pages.get(f"/reports/{report_id}")
    pages.post(f"/reports/{report_id}/follow")


@pytest.mark.parametrize("status", ["in_progress", "fixed"])
def test_what_waits_dies_for_all_but_its_reporter(visit: Visit, app: Flask, status: str) -> None:
    made = settled(visit, status)
    deliver(app)
    assert waiting(app) == everyone(MINJI, JUN)
    hide(visit, made)
    deliver(app)
    assert set(waiting(app)) == {MINJI.id}
    with Session(app.extensions["engine"]) as session:
        dead = sa.select(PushMessage.body).where(PushMessage.person_id == JUN.id)
        assert session.scalars(dead).all() == [b""]


def test_what_was_not_told_yet_is_told_to_its_reporter_alone(visit: Visit, app: Flask) -> None:
    made = settled(visit, "in_progress")
    hide(visit, made)
    deliver(app)
    assert set(waiting(app)) == {MINJI.id}


def test_what_is_hidden_and_shown_again_at_once_is_told(visit: Visit, app: Flask) -> None:
    made = settled(visit, "in_progress")
    desk = hide(visit, made)
    desk.post("/console/undo", **offered(desk.get(f"/console/reports/{made}")))
    deliver(app)
    assert waiting(app) == everyone(MINJI, JUN)


def test_another_report_is_told_as_before(visit: Visit, app: Flask) -> None:
    other = report(visit, MINJI, idempotency_key="tap-other-lamp", text="다른 등")
    follow(visit, JUN, other)
    answer(visit, other, "in_progress")
    made = settled(visit, "in_progress")
    deliver(app)
    hide(visit, made)
    deliver(app)
    assert waiting(app).count(JUN.id) == 1


def test_who_was_led_to_it_from_a_joined_one_is_led_no_more(visit: Visit, app: Flask) -> None:
    made, into = two(visit)
    follow(visit, TAEHO, made)
    joined(visit, made, into)
    deliver(app)
    assert waiting(app) == everyone(MINJI, TAEHO)
    hide(visit, into)
    deliver(app)
    assert set(waiting(app)) == {JUN.id}


def test_who_was_to_be_led_on_is_not_once_the_joining_is_undone(visit: Visit, app: Flask) -> None:
    made, into = two(visit)
    joined(visit, made, into)
    deliver(app)
    assert waiting(app) == everyone(MINJI)
    desk = visit(SOYEON)
    desk.get(f"/console/reports/{made}")
    desk.post(f"/console/reports/{made}/unmerge")
    deliver(app)
    assert waiting(app) == []


def test_nobody_is_led_to_what_was_hidden_before_that_was_told(visit: Visit, app: Flask) -> None:
    made, into = two(visit)
    follow(visit, TAEHO, made)
    joined(visit, made, into)
    hide(visit, into)
    deliver(app)
    assert set(waiting(app)) == {JUN.id}
    with Session(app.extensions["engine"]) as session:
        step = session.scalars(sa.select(ReportEntry.id).where(ReportEntry.kind == MERGED)).one()
    for who in everyone(MINJI, JUN):
        with unit_of_work(app.extensions["engine"]) as session:
            event = LetterAwaited(entry_id=step, person_id=who)
            Teller(app.extensions["settings"]).mail_step(session, event)
    assert letters(app) == []
