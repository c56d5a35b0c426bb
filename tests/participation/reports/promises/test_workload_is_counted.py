"""What is open is counted once by desk and once by age; what is settled is on no desk."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from participation.reports import actions
from participation.reports.models import Report
from participation.reports.promises import queries_workload
from participation.reports.routing import actions as routing_actions
from participation.reports.routing.actions import RuleInput
from participation.reports.rules import Category, Status
from services.auth import Actor
from services.db import Session
from tests.people import HANA, MINJI, SOYEON

AT = datetime(2026, 11, 24, 5, tzinfo=UTC)


def opened(session: Session, category: Category, days_ago: int) -> Report:
    new = actions.NewReport(
        category=category, text="봉투", lat=34.25, lon=127.95, idempotency_key=uuid4().hex
    )
    told_at = AT - timedelta(days=days_ago)
    return session.get_one(Report, actions.open_report(session, MINJI, new, at=told_at))


def test_each_open_report_is_on_one_desk_and_of_one_age(session: Session) -> None:
    team = routing_actions.add_team(session, Actor(None), "도로과", "가로등반", at=AT)
    rule = RuleInput(team_id=team, category=Category.STREET_LIGHT, person_id=SOYEON.id)
    routing_actions.add_rule(session, Actor(None), rule, at=AT)
    opened(session, Category.STREET_LIGHT, 100)
    opened(session, Category.STREET_LIGHT, 0)
    opened(session, Category.NOISE, 2)
    settled = opened(session, Category.NOISE, 2)
    actions.answer_report(session, HANA, settled, Status.FIXED, "끝", at=AT)
    found = queries_workload.workload(session, HANA, AT)
    assert [(d.name, d.count, d.late) for d in found.teams] == [
        ("도로과 · 가로등반", 2, 1),
        ("", 1, 0),
    ]
    assert found.teams[0].oldest == AT - timedelta(days=100)
    assert [d.count for d in found.people] == [2, 1]
    assert [(a.upto, a.count) for a in found.ages if a.count] == [(1, 1), (3, 1), (None, 1)]
