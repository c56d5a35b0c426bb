"""A report goes to the first row of the table that fits it, and is promised what the row says."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.reports import actions
from participation.reports.models import Report
from participation.reports.routing import actions as routing_actions
from participation.reports.routing import actions_removal
from participation.reports.routing import queries as routing_queries
from participation.reports.routing.actions import RuleInput
from participation.reports.routing.rules import (
    DAY_MINUTES,
    Days,
    Rule,
    Told,
    first_fit,
    in_span,
    misfit,
)
from participation.reports.rules import Category
from services.auth import Actor
from services.db import Session
from services.errors import InvalidError, RefusedError
from tests.people import MINJI, TAEHO

CLERK = Actor(None)
# A Tuesday, 14:00 in Seoul.
AT = datetime(2026, 11, 24, 5, tzinfo=UTC)
LOCAL = AT.astimezone(ZoneInfo("Asia/Seoul"))
RING = "[[127.9,34.2],[128,34.2],[128,34.3],[127.9,34.3],[127.9,34.2]]"
SQUARE = f'{{"type":"Polygon","coordinates":[{RING}]}}'
AREAS = [UUID(int=n) for n in range(3)]
MINUTES = st.none() | st.integers(0, DAY_MINUTES - 1)
RULES = st.builds(
    Rule,
    id=st.uuids(),
    team_id=st.uuids(),
    area_id=st.none() | st.sampled_from(AREAS),
    category=st.none() | st.sampled_from(Category),
    days=st.sampled_from(Days),
    from_minute=MINUTES,
    to_minute=MINUTES,
)
TELLINGS = st.builds(
    Told,
    category=st.sampled_from(Category),
    areas=st.frozensets(st.sampled_from(AREAS)),
    local=st.integers(0, 10_000_000).map(lambda s: LOCAL + timedelta(seconds=s)),
    working=st.booleans(),
)


@given(st.lists(RULES, max_size=8), TELLINGS)
def test_the_first_row_that_fits_is_taken(rules: list[Rule], told: Told) -> None:
    taken = first_fit(rules, told)
    fitting = [rule for rule in rules if not misfit(rule, told)]
    assert taken == (fitting[0] if fitting else None)


@given(RULES, TELLINGS)
def test_an_empty_cell_fits_everything(rule: Rule, told: Told) -> None:
    free = Rule(id=rule.id, team_id=rule.team_id)
    assert misfit(free, told) == ""


MINUTE = st.integers(0, DAY_MINUTES - 1)


@given(MINUTE, MINUTE, MINUTE)
def test_a_minute_lies_in_a_span_or_in_its_rest(minute: int, start: int, end: int) -> None:
    if start != end:
        assert in_span(minute, start, end) != in_span(minute, end, start)


def team(session: Session, name: str = "가로등반") -> UUID:
    return routing_actions.add_team(session, CLERK, "도로과", name, at=AT)


def opened(session: Session, category: Category = Category.LITTER, lon: float = 127.95) -> Report:
    new = actions.NewReport(
        category=category, text="어두워요", lat=34.25, lon=lon, idempotency_key=uuid4().hex
    )
    return session.get_one(Report, actions.open_report(session, MINJI, new, at=AT))


def test_a_report_goes_where_the_table_says(session: Session) -> None:
    lights, clean = team(session), team(session, "기동반")
    area = routing_actions.add_area(session, CLERK, "중앙", SQUARE, at=AT)
    person = TAEHO.id
    for rule in (
        RuleInput(team_id=lights, category=Category.STREET_LIGHT, promise_days=3, person_id=person),
        RuleInput(team_id=clean, area_id=area, promise_days=1),
    ):
        routing_actions.add_rule(session, CLERK, rule, at=AT)
    light, inside, outside = (
        opened(session, Category.STREET_LIGHT),
        opened(session),
        opened(session, lon=128.5),
    )
    assert (light.team_id, light.assignee_id) == (lights, person)
    assert light.due_at == datetime(2026, 11, 27, 5, tzinfo=UTC)
    assert (inside.team_id, inside.due_at) == (clean, datetime(2026, 11, 25, 5, tzinfo=UTC))
    assert outside.team_id is None
    assert outside.due_at == datetime(2026, 11, 27, 5, tzinfo=UTC)


def test_a_day_off_moves_the_promise(session: Session) -> None:
    routing_actions.close_day(session, CLERK, AT.date() + timedelta(days=1), "개청일", at=AT)
    assert opened(session).due_at == datetime(2026, 11, 30, 5, tzinfo=UTC)


def test_rows_change_places(session: Session) -> None:
    one, other = team(session), team(session, "기동반")
    first = routing_actions.add_rule(session, CLERK, RuleInput(team_id=one), at=AT)
    second = routing_actions.add_rule(session, CLERK, RuleInput(team_id=other), at=AT)
    routing_actions.move_rule(session, CLERK, second, up=True, at=AT)
    routing_actions.move_rule(session, CLERK, second, up=True, at=AT)
    assert [rule.id for rule in routing_queries.rules_of(session)] == [second, first]
    assert opened(session).team_id == other


def test_a_sample_says_what_kept_each_row_from_it(session: Session) -> None:
    lights = team(session)
    for rule in (
        RuleInput(team_id=lights, category=Category.WATER),
        RuleInput(team_id=lights, days=Days.CLOSED),
        RuleInput(team_id=lights, from_minute=18 * 60, to_minute=9 * 60),
        RuleInput(team_id=lights),
        RuleInput(team_id=lights),
    ):
        routing_actions.add_rule(session, CLERK, rule, at=AT)
    rows, routed = routing_queries.tried(session, Category.LITTER, 34.25, 127.95, AT)
    assert [row.misfit for row in rows] == ["category", "days", "hours", "", ""]
    assert routed.rule_id == rows[3].rule.id


@pytest.mark.parametrize(
    "shape",
    [
        "no json",
        '{"type":"Point","coordinates":[127,34]}',
        '{"type":"Polygon","coordinates":[[[127,34],[128,35],[127,35],[128,34],[127,34]]]}',
        '{"type":"Polygon","coordinates":[[[500,34],[501,34],[501,35],[500,34]]]}',
        '{"type":"Polygon","coordinates":[]}',
    ],
)
def test_what_is_no_ground_is_no_area(session: Session, shape: str) -> None:
    with pytest.raises(InvalidError):
        routing_actions.add_area(session, CLERK, "중앙", shape, at=AT)


def test_what_a_row_names_cannot_go(session: Session) -> None:
    lights = team(session)
    area = routing_actions.add_area(session, CLERK, "중앙", SQUARE, at=AT)
    routing_actions.add_rule(session, CLERK, RuleInput(team_id=lights, area_id=area), at=AT)
    with pytest.raises(RefusedError):
        actions_removal.delete_team(session, CLERK, lights, at=AT)
    with pytest.raises(RefusedError):
        actions_removal.delete_area(session, CLERK, area, at=AT)


def test_a_row_of_nothing_known_is_refused(session: Session) -> None:
    wrong = RuleInput(team_id=uuid4(), area_id=uuid4(), from_minute=5, promise_days=0)
    with pytest.raises(InvalidError) as caught:
        routing_actions.add_rule(session, CLERK, wrong, at=AT)
    assert set(caught.value.fields) == {"team_id", "area_id", "from_minute", "promise_days"}
