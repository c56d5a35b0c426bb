"""What waits of a report is for who still follows it when it rings, or leaves as a letter."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report
from services.auth import Actor
from services.db import Session, unit_of_work
from services.letters import LetterOut
from tests.flows.test_closed_is_not_fixed import answer, judge, settled
from tests.flows.test_report_to_answer import report
from tests.nights import Night
from tests.participation.reports.settling import test_one_tap as taps
from tests.participation.reports.settling.test_one_tap import Visit, deliver, letters
from tests.participation.reports.telling.test_steps_are_told_by_letter import raised
from tests.participation.reports.telling.test_what_was_hidden_rings_no_more import follow
from tests.participation.reports.test_one_lamp_is_one_report import joined, two
from tests.people import JUN, MINJI, SOYEON, TAEHO
from tests.pushservice import PushService

addresses = taps.addresses
STEPS = pytest.mark.parametrize("status", ["in_progress", "fixed"])


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as made:
        yield made


def night_of(app: Flask, service: PushService, who: Actor) -> Night:
    made = Night(app, service, who)
    made.falls()
    return made


def stop(visit: Visit, who: Actor, report_id: str) -> None:
    pages = visit(who)
    pages.get(f"/reports/{report_id}")
    pages.post(f"/reports/{report_id}/follow", stop="1")


# Their own report's steps ring with its reporter too until they choose to hear no more.
@pytest.mark.parametrize("who", [MINJI, JUN], ids=["reporter", "neighbour"])
@pytest.mark.parametrize("still", [True, False], ids=["follows", "stopped"])
@STEPS
def test_a_step_and_a_question_are_not_for_who_stopped(
    app: Flask, visit: Visit, service: PushService, status: str, who: Actor, still: bool
) -> None:
    night = night_of(app, service, who)
    report_id = settled(visit, status)
    deliver(app)
    night.put_off()
    stop(visit, JUN if who is MINJI else MINJI, report_id)
    if not still:
        stop(visit, who, report_id)
    assert len(night.morning()) == int(still)


def test_who_follows_again_by_the_morning_hears_of_it(
    app: Flask, visit: Visit, service: PushService
) -> None:
    night = night_of(app, service, JUN)
    report_id = settled(visit, "in_progress")
    deliver(app)
    stop(visit, JUN, report_id)
    follow(visit, JUN, report_id)
    assert len(night.morning()) == 1


@STEPS
def test_who_stopped_by_a_letters_link_is_not_rung_by_what_waits(
    app: Flask, visit: Visit, service: PushService, status: str
) -> None:
    report_id = settled(visit, "in_progress")
    deliver(app)
    link = re.search(r"/reports/stop/\S+", letters(app)[-1])
    assert link
    nights = [night_of(app, service, who) for who in (MINJI, JUN)]
    answer(visit, report_id, status)
    deliver(app)
    nights[0].put_off()
    stranger = visit(None)
    stranger.get(link[0])
    stranger.post(link[0], expect=200)
    assert len(nights[0].morning()) == 1


@pytest.mark.parametrize("left", ["joined", "into"])
def test_who_left_either_of_two_joined_is_not_led_from_one_to_the_other(
    app: Flask, visit: Visit, service: PushService, left: str
) -> None:
    made, into = two(visit)
    follow(visit, TAEHO, made)
    night = night_of(app, service, TAEHO)
    joined(visit, made, into)
    deliver(app)
    night.put_off()
    stop(visit, TAEHO, into if left == "into" else made)
    assert night.morning() == []


def test_whom_a_joining_alone_let_follow_hears_nothing_once_it_is_undone(
    app: Flask, visit: Visit, service: PushService
) -> None:
    made, into = two(visit)
    night = night_of(app, service, MINJI)
    joined(visit, made, into)
    answer(visit, into, "in_progress")
    deliver(app)
    night.put_off()
    desk = visit(SOYEON)
    desk.get(f"/console/reports/{made}")
    desk.post(f"/console/reports/{made}/unmerge")
    assert night.morning() == []


@pytest.mark.parametrize("said", [True, False])
def test_who_has_answered_already_is_asked_no_more(
    app: Flask, visit: Visit, service: PushService, said: bool
) -> None:
    night = night_of(app, service, JUN)
    report_id = settled(visit)
    deliver(app)
    night.put_off()
    if said:
        judge(visit, JUN, report_id, "yes")
    assert len(night.morning()) == int(not said)


def test_whose_desk_it_is_on_hears_that_it_rose_though_they_follow_no_more(
    app: Flask, visit: Visit, service: PushService
) -> None:
    night = night_of(app, service, TAEHO)
    made = report(visit)
    follow(visit, TAEHO, made)
    with unit_of_work(app.extensions["engine"]) as session:
        session.execute(sa.update(Report).values(assignee_id=TAEHO.id))
    raised(app)
    deliver(app)
    # A step after it takes no place of what rose.
    answer(visit, made, "in_progress")
    deliver(app)
    night.put_off()
    stop(visit, TAEHO, made)
    [(title, _)] = night.morning()
    assert title == "약속한 날이 다가와요"


@STEPS
def test_a_letter_that_waits_is_not_for_who_stopped_and_stays_for_others(
    app: Flask, visit: Visit, status: str
) -> None:
    report_id = settled(visit, status)
    deliver(app)
    assert len(letters(app)) == 2
    stop(visit, JUN, report_id)
    deliver(app)
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(LetterOut.to)).all() == ["minji@example.org"]
