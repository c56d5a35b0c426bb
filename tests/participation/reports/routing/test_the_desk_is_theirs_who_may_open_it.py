"""What rises is told to those who may open it: not to a moderator bound to another area."""

from uuid import UUID, uuid4

import pytest

from participation.accounts.actions import bound_staff
from participation.reports.access import may_handle
from participation.reports.actions import NewReport, assign_report, open_report
from participation.reports.models import Report
from participation.reports.queries_staff import hands_of
from participation.reports.routing.actions import RuleInput, add_area, add_rule, add_team
from participation.reports.rules import Category
from services.auth import Actor
from services.db import Session
from tests.conftest import AT
from tests.participation.reports.routing.test_staff_may_be_bound import NORTH, SOUTH
from tests.people import HANA, MINJI, SOYEON, TAEHO


@pytest.fixture
def areas(session: Session) -> tuple[UUID, UUID]:
    north, south = (
        add_area(session, HANA, name, shape, at=AT)
        for name, shape in (("북쪽", NORTH), ("남쪽", SOUTH))
    )
    return north, south


def opened(session: Session) -> Report:
    """Return a report in the north."""
    new = NewReport(
        category=Category.LITTER,
        text="봉투가 쌓였어요",
        lat=34.35,
        lon=127.95,
        idempotency_key=uuid4().hex,
    )
    return session.get_one(Report, open_report(session, MINJI, new, at=AT))


def bound(session: Session, who: Actor, kind: str, target: UUID) -> None:
    assert who.id is not None
    bound_staff(session, HANA, who.id, [(kind, target)], at=AT)


def test_to_all_on_staff_where_nobody_is_bound(session: Session) -> None:
    assert set(hands_of(session, opened(session))) == {SOYEON.id, TAEHO.id}


def test_not_to_who_is_bound_to_another_area(session: Session, areas: tuple[UUID, UUID]) -> None:
    report, (north, south) = opened(session), areas
    bound(session, SOYEON, "area", south)
    assert hands_of(session, report) == [TAEHO.id]
    bound(session, SOYEON, "area", north)
    assert set(hands_of(session, report)) == {SOYEON.id, TAEHO.id}


def test_not_to_who_is_bound_to_another_body(session: Session) -> None:
    theirs = add_team(session, HANA, "청소과", "골목반", at=AT)
    add_rule(session, HANA, RuleInput(team_id=theirs), at=AT)
    report = opened(session)
    assert report.team_id == theirs
    bound(session, TAEHO, "body", uuid4())
    assert hands_of(session, report) == [SOYEON.id]


def test_to_an_operator_where_all_are_bound_elsewhere(
    session: Session, areas: tuple[UUID, UUID]
) -> None:
    report = opened(session)
    for who in (SOYEON, TAEHO):
        bound(session, who, "area", areas[1])
    assert hands_of(session, report) == [HANA.id]
    assert may_handle(session, HANA, report)


def test_to_its_officer_alone(session: Session) -> None:
    report = opened(session)
    assign_report(session, HANA, report, TAEHO.id, at=AT)
    assert hands_of(session, report) == [TAEHO.id]
