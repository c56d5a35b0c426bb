"""The city's answer waits on the first page until it was read, or the card was taken away."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports import actions, queries_own
from participation.reports.actions import NewReport
from participation.reports.models import Report, ReportFollow
from participation.reports.rules import Category, Status
from services import audit, clock
from services.auth import Actor
from services.db import Session, reading_session, unit_of_work
from tests.pages import Pages
from tests.people import HANA, JUN, MINJI, SOYEON

Visit = Callable[[Actor | None], Pages]
TOLD = "시에서 답했어요"
LAMP = NewReport(
    category=Category.STREET_LIGHT,
    text="가로등이 꺼졌어요",
    lat=34.21,
    lon=127.91,
    idempotency_key="tap-00000001",
)


@pytest.fixture
def report(session: Session) -> Report:
    """A report of minji's that jun follows too, and that the city answered just now."""
    at = clock.now() - timedelta(hours=1)
    report = session.get_one(Report, actions.open_report(session, MINJI, LAMP, at=at))
    actions.follow_report(session, JUN, report, at=at)
    answer(session, report, Status.ACKNOWLEDGED, "곧 갈게요")
    return report


def answer(session: Session, report: Report, status: Status, text: str) -> None:
    actions.answer_report(session, SOYEON, report, status, text, at=clock.now())
    session.commit()


def field(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


def take_away(person: Pages, report: Report) -> str:
    """Press the button of the one card there is; return the page that comes back."""
    until = field(person.get("/"), "until")
    answer = person.post(f"/me/news/{report.id}/read", 303, until=until)
    return person.get(answer.headers["Location"])


def test_who_took_it_away_has_it_no_more_and_may_have_it_back(report: Report, visit: Visit) -> None:
    minji, jun = visit(MINJI), visit(JUN)
    assert TOLD in minji.get("/")
    page = take_away(minji, report)
    assert TOLD not in page
    assert f"/me/news/{report.id}/unread" in page
    assert TOLD in jun.get("/"), "what another read is no business of theirs"
    minji.post(f"/me/news/{report.id}/unread", 303)
    assert TOLD in minji.get("/")


def test_looking_alone_changes_nothing(report: Report, visit: Visit) -> None:
    """A page that is fetched was not read: its script says so, once it was looked at."""
    minji = visit(MINJI)
    assert "data-read" in minji.get(f"/reports/{report.id}")
    assert TOLD in minji.get("/")
    assert "data-read" not in visit(None).get(f"/reports/{report.id}")
    assert "data-read" not in visit(HANA).get(f"/reports/{report.id}")


def test_the_story_says_up_to_when_it_is_read(report: Report, visit: Visit) -> None:
    minji = visit(MINJI)
    story = minji.client.get(f"/reports/{report.id}/timeline").text
    until = field(story, "until")
    assert until == field(minji.get("/"), "until")
    minji.post(f"/me/news/{report.id}/read", 303, until=until)
    assert "data-read" not in minji.client.get(f"/reports/{report.id}/timeline").text


def test_a_newer_answer_is_told_again(session: Session, report: Report, visit: Visit) -> None:
    minji = visit(MINJI)
    assert TOLD not in take_away(minji, report)
    answer(session, report, Status.IN_PROGRESS, "가고 있어요")
    assert TOLD in minji.get("/")


def test_an_answer_by_a_clock_that_was_ahead_is_taken_away_too(
    session: Session, report: Report, visit: Visit
) -> None:
    ahead = clock.now() + timedelta(days=1)
    actions.answer_report(session, SOYEON, report, Status.IN_PROGRESS, "가고 있어요", at=ahead)
    session.commit()
    assert TOLD not in take_away(visit(MINJI), report)


def test_what_came_meanwhile_is_not_taken_away_along(
    session: Session, report: Report, visit: Visit
) -> None:
    minji = visit(MINJI)
    until = field(minji.get("/"), "until")
    answer(session, report, Status.IN_PROGRESS, "가고 있어요")
    minji.post(f"/me/news/{report.id}/read", 303, until=until)
    assert TOLD in minji.get("/")
    far = (clock.now() + timedelta(days=400)).isoformat()
    minji.post(f"/me/news/{report.id}/read", 303, until=far)
    # Nor does one that came later bring back what was read.
    minji.post(f"/me/news/{report.id}/read", 303, until=until)
    assert TOLD not in minji.get("/")
    answer(session, report, Status.FIXED, "고쳤어요")
    assert TOLD in minji.get("/")


@pytest.mark.parametrize("until", ["", "now", "2026-11-03T10:00:00", "2026-02-30T10:00:00+09:00"])
def test_a_moment_that_is_none_is_refused(report: Report, visit: Visit, until: str) -> None:
    minji = visit(MINJI)
    minji.post(f"/me/news/{report.id}/read", 422, until=until)
    assert TOLD in minji.get("/")


def test_who_follows_nothing_marks_nothing(app: Flask, report: Report, visit: Visit) -> None:
    until = clock.now().isoformat()
    visit(HANA).post(f"/me/news/{report.id}/read", 303, until=until)
    visit(HANA).post("/me/news/00000000-0000-4000-8000-000000000000/read", 404, until=until)
    with reading_session(app.extensions["engine"]) as session:
        marks = session.scalars(sa.select(ReportFollow.read_until)).all()
        assert marks == [None, None]


def test_nobody_else_learns_who_read_what(app: Flask, report: Report, visit: Visit) -> None:
    minji = visit(MINJI)
    with reading_session(app.extensions["engine"]) as session:
        before = len(audit.latest(session))
    take_away(minji, report)
    with unit_of_work(app.extensions["engine"]) as session:
        assert len(audit.latest(session)) == before
        assert MINJI.id
        assert JUN.id
        held = queries_own.export_of(session, MINJI.id)
        assert [one["report"] for one in held["read"]] == [str(report.id)]
        assert queries_own.export_of(session, JUN.id)["read"] == []
        actions.erase_person(session, MINJI.id, clock.now())
        assert session.scalars(sa.select(ReportFollow.read_until)).all() == [None]
