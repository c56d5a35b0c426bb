"""What is shown roughly belongs to the area in which it really is, whoever draws a border there."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from participation.reports import actions_dispute
from participation.reports.actions import NewReport, answer_report, open_report
from participation.reports.models import Report
from participation.reports.routing import actions_removal
from participation.reports.routing.actions import RuleInput, add_area, add_rule, add_team
from participation.reports.routing.models import ReportArea
from participation.reports.rules import PROMISE_DAYS, Category, Status
from services.db import Session
from tests.conftest import AT
from tests.people import HANA, MINJI

# A noise west of the border by a few metres; others see it in the middle of its field, east of it.
SPOT = (34.21002, 127.91002)
BORDER = 127.9102
DAYS = PROMISE_DAYS[Category.NOISE]


def ring(west: float, east: float, south: float = 34.2, north: float = 34.3) -> str:
    corners = (
        f"[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]"
    )
    return f'{{"type":"Polygon","coordinates":[[{corners}]]}}'


WEST, EAST = ring(127.9, BORDER), ring(BORDER, 128)


def told(session: Session, at: datetime) -> Report:
    new = NewReport(
        category=Category.NOISE,
        text="밤마다 시끄러워요",
        lat=SPOT[0],
        lon=SPOT[1],
        idempotency_key=uuid4().hex,
    )
    return session.get_one(Report, open_report(session, MINJI, new, at=at))


@pytest.fixture
def noise(session: Session) -> Report:
    report = told(session, AT)
    assert report.lon > BORDER
    return report


def within(session: Session) -> list[UUID]:
    return list(session.scalars(sa.select(ReportArea.area_id)))


def test_in_an_area_drawn_later(session: Session, noise: Report) -> None:
    add_area(session, HANA, "동쪽", EAST, at=AT)
    assert within(session) == []
    west = add_area(session, HANA, "서쪽", WEST, at=AT)
    assert within(session) == [west]


def test_in_an_area_that_does_not_reach_where_it_is_shown(session: Session, noise: Report) -> None:
    small = add_area(session, HANA, "구석", ring(127.91, 127.9101, 34.21, 34.2101), at=AT)
    assert within(session) == [small]


def test_in_an_area_put_back(session: Session, noise: Report) -> None:
    areas = [
        add_area(session, HANA, name, shape, at=AT)
        for name, shape in (("동쪽", EAST), ("서쪽", WEST))
    ]
    for kept in [actions_removal.delete_area(session, HANA, area, at=AT) for area in areas]:
        actions_removal.put_back(session, HANA, str(kept), at=AT)
    assert within(session) == areas[1:]


def test_a_dispute_is_promised_by_the_rule_of_its_own_area(session: Session, noise: Report) -> None:
    for name, shape, days in (("동쪽", EAST, DAYS + 20), ("서쪽", WEST, DAYS + 5)):
        area = add_area(session, HANA, name, shape, at=AT)
        team = add_team(session, HANA, "환경과", name, at=AT)
        rule = RuleInput(team_id=team, area_id=area, promise_days=days)
        add_rule(session, HANA, rule, at=AT)
    answer_report(session, HANA, noise, Status.FIXED, "고쳤어요", at=AT)
    later = AT + timedelta(days=1)
    actions_dispute.dispute_report(session, MINJI, noise, "아직 시끄러워요", "reporter", at=later)
    assert noise.due_at == told(session, later).due_at
