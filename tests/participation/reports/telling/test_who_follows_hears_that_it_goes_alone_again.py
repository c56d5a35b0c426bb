"""A report that is parted again from the one it was joined into says so to those who follow it."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports import actions, actions_merge
from participation.reports.actions_undo import unmerge_report
from participation.reports.models import Report
from services import clock
from services.auth import Actor
from services.db import unit_of_work
from services.letters import LetterOut
from services.push import PushMessage
from tests.participation.reports.settling import test_one_tap as taps
from tests.participation.reports.settling.test_one_tap import Visit, browser, deliver, notices
from tests.participation.reports.telling.test_steps_are_told_by_letter import out
from tests.participation.reports.test_one_lamp_is_one_report import two
from tests.people import JUN, MINJI, SOYEON, TAEHO

addresses = taps.addresses
HEAD = "다시 따로 이어져요"
# A joining that is so old was told.
LATER = timedelta(seconds=15)


def joined(app: Flask, made: str, into: str, *, at: datetime) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        one, other = (session.get_one(Report, UUID(key)) for key in (made, into))
        actions_merge.merge_report(session, SOYEON, one, other, at=at)


def parted(app: Flask, made: str, *, at: datetime, by: Actor = SOYEON) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        unmerge_report(session, by, session.get_one(Report, UUID(made)), at=at)


def rung(app: Flask) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        session.execute(sa.update(PushMessage).values(state="shown"))


@pytest.fixture
def apart(visit: Visit, app: Flask) -> str:
    """A lamp of Minji's that Jun follows too, told to go on with another and parted from it."""
    made, into = two(visit)
    visit(JUN).post(f"/reports/{made}/follow")
    browser(app, MINJI)
    now = clock.now()
    joined(app, made, into, at=now)
    deliver(app)
    rung(app)
    parted(app, made, at=now + LATER)
    for _ in range(2):
        deliver(app)
    return made


def test_a_browser_shows_it_once_and_leads_to_the_report_itself(apart: str, app: Flask) -> None:
    told = [one["notification"] for one in notices(app) if one["notification"]["title"] == HEAD]
    assert [(one["body"], one["navigate"]) for one in told] == [
        ("가로등이 꺼졌어요", f"/reports/{apart}")
    ]


def test_a_letter_says_it_once_and_not_who_parted_it(apart: str, app: Flask) -> None:
    (letter,) = [one for one in out(app, "jun@example.org") if HEAD in one.subject]
    assert letter.subject == f"{HEAD}: 가로등이 꺼졌어요"
    assert f"/reports/{apart}" in letter.text
    assert "소연" not in letter.text


def test_the_team_reads_who_parted_it_and_nobody_else_does(apart: str, visit: Visit) -> None:
    assert "합친 것을 되돌렸어요" in visit(SOYEON).get(f"/console/reports/{apart}")
    assert "되돌렸어요" not in visit(MINJI).get(f"/reports/{apart}")


def test_who_parted_it_and_follows_it_is_not_told(visit: Visit, app: Flask) -> None:
    made, into = two(visit)
    for who in (SOYEON, TAEHO):
        visit(who).post(f"/reports/{made}/follow")
        browser(app, who)
    now = clock.now()
    joined(app, made, into, at=now)
    parted(app, made, at=now + LATER, by=TAEHO)
    deliver(app)
    assert [one["notification"]["title"] for one in notices(app)] == [HEAD]


def test_whose_browser_had_not_rung_of_the_joining_yet_hears_nothing_at_all(
    visit: Visit, app: Flask
) -> None:
    browser(app, MINJI)
    made, into = two(visit)
    now = clock.now()
    joined(app, made, into, at=now)
    deliver(app)
    parted(app, made, at=now + LATER)
    deliver(app)
    with unit_of_work(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(PushMessage.error)).all() == ["withdrawn"]


def test_nobody_hears_of_the_end_of_a_joining_that_was_never_told(visit: Visit, app: Flask) -> None:
    browser(app, MINJI)
    made, into = two(visit)
    now = clock.now()
    joined(app, made, into, at=now)
    parted(app, made, at=now + timedelta(seconds=4))
    deliver(app)
    assert (notices(app), out(app)) == ([], [])


def test_who_heard_of_a_parting_hears_it_no_second_time_of_a_joining_that_was_never_told(
    visit: Visit, app: Flask
) -> None:
    made, into = two(visit)
    now = clock.now()
    joined(app, made, into, at=now)
    deliver(app)
    parted(app, made, at=now + LATER)
    deliver(app)
    joined(app, made, into, at=now + LATER + timedelta(seconds=1))
    parted(app, made, at=now + LATER + timedelta(seconds=4))
    deliver(app)
    assert [HEAD in one.subject for one in out(app)].count(True) == 1


def test_nobody_hears_of_it_where_it_was_joined_again_at_once(visit: Visit, app: Flask) -> None:
    made, into = two(visit)
    now = clock.now()
    joined(app, made, into, at=now)
    parted(app, made, at=now + LATER)
    joined(app, made, into, at=now + LATER + timedelta(seconds=3))
    deliver(app)
    assert HEAD not in "".join(one.subject for one in out(app))


def test_of_what_was_hidden_meanwhile_its_reporter_alone_hears(visit: Visit, app: Flask) -> None:
    made, into = two(visit)
    visit(JUN).post(f"/reports/{made}/follow")
    now = clock.now()
    joined(app, made, into, at=now)
    parted(app, made, at=now + LATER)
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.get_one(Report, UUID(made))
        actions.reject_report(session, SOYEON, row, "이름이 적혀 있어요", at=now + LATER)
    deliver(app)
    with unit_of_work(app.extensions["engine"]) as session:
        told = sa.select(LetterOut.to).where(LetterOut.subject.startswith(HEAD))
        assert session.scalars(told).all() == ["minji@example.org"]
