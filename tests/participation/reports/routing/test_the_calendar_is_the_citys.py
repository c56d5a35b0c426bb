"""A clerk says whose holidays and whose clock count; the settings say what it begins with."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

import app as application
from participation.reports.models import Report
from participation.reports.routing.actions import CalendarInput, set_calendar
from participation.reports.routing.models import WorkingCalendar
from participation.reports.routing.queries import calendar_of, route
from participation.reports.routing.wiring import begin_calendar
from participation.reports.rules import Category
from services.auth import Actor
from services.config import SettingsError, load
from services.db import Session, unit_of_work
from tests.conftest import AT
from tests.flows.canaries import report
from tests.pages import Pages
from tests.people import JUN, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]
BERLIN = {"country": "DE", "subdivision": "BE", "zone": "Europe/Berlin", "weekend": ["5", "6"]}


def test_it_begins_with_the_settings_and_stays_the_clerks(settings, engine) -> None:
    there = load(
        {
            "MADANG_MODE": "test",
            "DATABASE_URL": settings.database_url,
            "MADANG_DATA_DIR": str(settings.data_dir),
            "MADANG_TIMEZONE": "America/New_York",
            "MADANG_COUNTRY": "US",
        }
    )
    with unit_of_work(engine) as session:
        session.execute(sa.delete(WorkingCalendar))
    for _ in range(2):
        application.create_app(there).extensions["engine"].dispose()
    with Session(engine) as session:
        calendar = calendar_of(session)
        assert (calendar.country, calendar.zone) == ("US", "America/New_York")
    with unit_of_work(engine) as session:
        set_calendar(session, TAEHO, CalendarInput(country="DE", zone="Europe/Berlin"), at=AT)
    begin_calendar(engine, there)
    with Session(engine) as session:
        assert calendar_of(session).country == "DE"


def test_a_country_nobody_knows_is_refused_at_the_start(settings) -> None:
    with pytest.raises(SettingsError, match="MADANG_COUNTRY"):
        load({"MADANG_MODE": "test", "MADANG_COUNTRY": "XX", "DATABASE_URL": settings.database_url})


def test_a_database_that_is_not_migrated_keeps_nobody_from_starting(settings, tmp_path) -> None:
    empty = sa.create_engine(f"sqlite:///{tmp_path}/empty.db")
    begin_calendar(empty, settings)


def test_a_clerk_moves_the_city_and_its_promises_follow(
    app: Flask, session: Session, visit: Visit
) -> None:
    told = report(visit(JUN), "꺼진 등", "34.21")
    before = session.get_one(Report, UUID(told)).due_at
    clerk = visit(TAEHO)
    page = clerk.get("/console/routing/")
    assert "대한민국" in page
    assert 'value="Asia/Seoul"' in page
    clerk.post("/console/routing/calendar", **BERLIN)
    page = clerk.get("/console/routing/")
    assert '<option value="DE" selected>' in page
    session.rollback()
    # In Berlin it is still morning on a Friday; in Seoul the day's work is over.
    noon = datetime(2026, 10, 2, 10, 0, tzinfo=UTC)
    assert calendar_of(session).zone == "Europe/Berlin"
    due = route(session, Category.WATER, 34.21, 127.91, noon).due_at
    assert due == datetime(2026, 10, 6, 10, 0, tzinfo=UTC)
    assert session.get_one(Report, UUID(told)).due_at == before
    trail = visit(TAEHO).get("/console/audit?query=set_calendar")
    assert "set_calendar" in trail


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"country": "XX"}, "그 나라의 공휴일은 몰라요"),
        ({"subdivision": "ZZ"}, "그런 지역은 없어요"),
        ({"zone": "Mars/Base"}, "그런 시간대는 몰라요"),
        ({"zone": "../etc/passwd"}, "그런 시간대는 몰라요"),
        ({"weekend": list("0123456")}, "일하는 날이어야 해요"),
    ],
)
def test_what_is_not_known_is_said_at_its_field(
    app: Flask, session: Session, visit: Visit, changed: dict[str, object], said: str
) -> None:
    clerk = visit(TAEHO)
    clerk.get("/console/routing/")
    answer = clerk.post("/console/routing/calendar", 422, **(BERLIN | changed))
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert calendar_of(session).country == "KR"


def test_it_is_the_clerks_alone(app: Flask, visit: Visit) -> None:
    moderator = visit(SOYEON)
    moderator.get("/console/")
    moderator.post("/console/routing/calendar", 403, **BERLIN)
