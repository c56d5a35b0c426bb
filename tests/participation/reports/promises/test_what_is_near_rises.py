"""A report rises at the last fifth of its promise, or where people wait for a word; once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from participation.accounts.models import Person
from participation.reports import actions
from participation.reports.models import Report, ReportEntry
from participation.reports.promises.jobs import escalate_forgotten
from participation.reports.promises.rules import near, rises_at
from participation.reports.routing import actions as routing_actions
from participation.reports.routing.actions import RuleInput
from participation.reports.rules import CROWD, Category, Status
from participation.reports.settling import actions as settling_actions
from services.auth import Actor
from services.db import Session
from services.workdays import Calendar
from tests.people import HANA, MINJI

# A Tuesday, 14:00 in Seoul.
AT = datetime(2026, 11, 24, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
CALENDAR = Calendar()


def seoul(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November 2026, in the time of Seoul."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - 9 * HOUR


@pytest.mark.parametrize(
    ("hours", "left"), [(0, 2), (9, 2), (10, 2), (18, 3.6), (45, 9), (90, 18), (126, 25.2)]
)
def test_a_fifth_is_near_and_never_less_than_two_hours(hours: float, left: float) -> None:
    assert near(hours * HOUR) == left * HOUR


@pytest.mark.parametrize(
    ("made", "days", "rises"),
    [
        # One working day: two hours before its end, not at once.
        (seoul(24, 14), 1, seoul(25, 12)),
        # Over a night: what is left of the two hours lies on the day before.
        (seoul(24, 9, 30), 1, seoul(24, 16, 30)),
        # Over a weekend: it rises on the Friday.
        (seoul(27, 9, 30), 1, seoul(27, 16, 30)),
        # Five working days of nine hours: nine hours before.
        (seoul(16, 14), 5, seoul(20, 14)),
        # Ten working days, the first counted: told at 14:00 it is 85 hours long.
        (seoul(16, 14), 10, seoul(26, 10)),
    ],
)
def test_a_report_rises_in_working_hours(made: datetime, days: int, rises: datetime) -> None:
    assert rises_at(CALENDAR, made, CALENDAR.due(made, days)) == rises


def test_a_promise_without_a_working_hour_rises_when_it_is_made() -> None:
    made = seoul(28, 12)
    assert rises_at(CALENDAR, made, made + HOUR) == made


def opened(session: Session, category: Category = Category.LITTER, *, held: bool = False) -> Report:
    new = actions.NewReport(
        category=category,
        text="봉투",
        lat=34.25,
        lon=127.95,
        idempotency_key=uuid4().hex,
        held=held,
    )
    return session.get_one(Report, actions.open_report(session, MINJI, new, at=AT))


def promised(session: Session, days: int) -> None:
    """Let the table of rules promise litter within so many days, by a team of its own."""
    team = routing_actions.add_team(session, Actor(None), "청소과", "골목반", at=AT)
    rule = RuleInput(team_id=team, category=Category.LITTER, promise_days=days)
    routing_actions.add_rule(session, Actor(None), rule, at=AT)


def escalations(session: Session) -> list[str]:
    kinds = sa.select(ReportEntry.kind).where(ReportEntry.kind.startswith("escalated"))
    return list(session.scalars(kinds.order_by(ReportEntry.at)))


def test_a_promise_of_a_day_does_not_rise_at_once(session: Session) -> None:
    promised(session, 1)
    report = opened(session)
    escalate_forgotten(session, AT + HOUR)
    assert (report.severity, escalations(session)) == (1, [])
    escalate_forgotten(session, report.due_at - 2 * HOUR)
    assert (report.severity, escalations(session)) == (2, ["escalated_promise"])


def test_what_nobody_looked_at_yet_never_rises(session: Session) -> None:
    report = opened(session, held=True)
    escalate_forgotten(session, report.due_at)
    assert escalations(session) == []
    actions.answer_report(session, HANA, report, Status.OPEN, "", at=report.due_at)
    escalate_forgotten(session, report.due_at)
    assert escalations(session) == ["escalated_promise"]


def test_a_new_promise_lowers_what_the_old_one_raised(session: Session) -> None:
    report = opened(session)
    for number in range(3):
        escalate_forgotten(session, report.due_at)
        assert report.severity == 2
        settled = report.due_at + HOUR
        actions.answer_report(session, HANA, report, Status.FIXED, "끝", at=settled)
        settling_actions.judge_report(session, MINJI, report, "", settled=False, at=settled + HOUR)
        assert (report.severity, report.escalated_at) == (1, None)
        assert len(escalations(session)) == number + 1
        escalate_forgotten(session, settled + HOUR)
        assert report.severity == 1


def strangers(session: Session, count: int) -> list[Actor]:
    """Return people who have an account and nothing else."""
    people = [Actor(uuid4()) for _ in range(count)]
    session.add_all(Person(id=one.id, display_name="이웃", created_at=AT) for one in people)
    session.flush()
    return people


def said(session: Session, report: Report, who: Actor | None, at: datetime) -> None:
    session.add(
        ReportEntry(
            report_id=report.id,
            at=at,
            kind="note",
            text="아직도요",
            role="resident",
            actor_id=who.id if who else None,
            public=False,
        )
    )
    session.flush()


def joins(session: Session, report: Report, people: list[Actor], at: datetime) -> None:
    for one in people:
        actions.follow_report(session, one, report, at=at)


def test_people_who_join_and_speak_pile_up(session: Session) -> None:
    report, people = opened(session, Category.GREEN), strangers(session, CROWD)
    joins(session, report, people[:6], AT + HOUR)
    for one in people[6:]:
        said(session, report, one, AT + HOUR)
    escalate_forgotten(session, AT + 2 * HOUR)
    escalate_forgotten(session, AT + 2 * HOUR)
    assert (report.severity, escalations(session)) == (2, ["escalated_people"])


def everyone_joins(session: Session, report: Report, people: list[Actor]) -> None:
    joins(session, report, people, AT + HOUR)


def the_city_answers_between(session: Session, report: Report, people: list[Actor]) -> None:
    joins(session, report, people[:5], AT + HOUR)
    actions.answer_report(session, HANA, report, Status.IN_PROGRESS, "가요", at=AT + 2 * HOUR)
    joins(session, report, people[5:], AT + 3 * HOUR)


def one_speaks_often(session: Session, report: Report, people: list[Actor]) -> None:
    joins(session, report, people[:5], AT + HOUR)
    for _ in range(CROWD):
        said(session, report, people[0], AT + HOUR)


def other_systems_speak(session: Session, report: Report, people: list[Actor]) -> None:
    for _ in range(CROWD):
        said(session, report, None, AT + HOUR)


@pytest.mark.parametrize(
    ("act", "rises"),
    [
        (everyone_joins, True),
        (the_city_answers_between, False),
        (one_speaks_often, False),
        (other_systems_speak, True),
    ],
)
def test_voices_since_the_last_word_are_counted(
    session: Session, act: Callable[[Session, Report, list[Actor]], None], rises: bool
) -> None:
    report = opened(session, Category.GREEN)
    act(session, report, strangers(session, CROWD))
    escalate_forgotten(session, AT + 4 * HOUR)
    assert bool(escalations(session)) is rises


def test_a_number_of_followers_alone_is_no_crowd(session: Session) -> None:
    report = opened(session, Category.GREEN)
    report.followers = 50
    escalate_forgotten(session, AT + HOUR)
    assert escalations(session) == []
