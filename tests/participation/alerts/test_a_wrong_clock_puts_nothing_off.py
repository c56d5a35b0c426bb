"""What was found, or put off, while a clock was ahead is told once the clock is right."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from participation.alerts import actions
from participation.alerts.models import AlertHit
from participation.alerts.queries import Times
from participation.alerts.rules import Way
from participation.alerts.telling import due_at
from services import clock
from services.db import unit_of_work
from tests.participation.alerts.conftest import Street
from tests.participation.alerts.test_quiet_hours_hold_notices import ZONE
from tests.participation.alerts.test_the_digest_has_its_hour import MOMENTS, ZONES
from tests.people import MINJI, SOYEON

# Six in the evening in the city.
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NIGHT = Times(22 * 60, 7 * 60)
Turn = Callable[[], int]


@pytest.fixture
def put_right(app: Flask) -> Callable[[], None]:
    run = next(j.run for j in app.extensions["registry"].jobs if j.name == "alerts.put_right")

    def righted() -> None:
        with unit_of_work(app.extensions["engine"]) as session:
            run(session, AT)

    return righted


def found(street: Street, turn: Turn, times: Times, way: Way, at: datetime) -> None:
    """Let a report be found by Minji's place at a moment, as the clock shows it."""
    with unit_of_work(street.engine) as session:
        actions.set_times(session, MINJI, times, ZONE, at=clock.now())
    street.follow(MINJI, way=way)
    street.report()
    turn()
    again = {"told_at": None, "found_at": at, "due_at": due_at(way, times, ZONE, at)}
    with unit_of_work(street.engine) as session:
        session.execute(sa.update(AlertHit).values(again))


@pytest.mark.parametrize("ahead", [2 * MINUTE, HOUR, DAY, 400 * DAY])
@pytest.mark.parametrize(
    ("times", "way"),
    [
        (Times(), Way.PUSH),
        (NIGHT, Way.PUSH),
        (Times(), Way.DIGEST),
        (Times(8 * 60, 60), Way.DIGEST),
    ],
)
def test_what_was_found_then_is_due_as_if_it_were_found_now(
    street: Street,
    turn: Turn,
    put_right: Callable[[], None],
    caplog: pytest.LogCaptureFixture,
    ahead: timedelta,
    times: Times,
    way: Way,
) -> None:
    found(street, turn, times, way, AT + ahead)
    [held] = street.hits()
    wanted = due_at(way, times, ZONE, AT)
    with caplog.at_level(logging.WARNING):
        put_right()
    [hit] = street.hits()
    assert hit.due_at == wanted
    assert caplog.text.count("was a clock ahead?") == int(held.due_at != wanted)


@given(
    first=MOMENTS,
    later=st.integers(0, 30 * 60),
    times=st.builds(Times, *[st.integers(0, 1439)] * 2, st.integers(0, 23)),
    way=st.sampled_from(Way),
    zone=ZONES,
)
def test_what_is_found_later_is_due_no_sooner(
    first: datetime, later: int, times: Times, way: Way, zone: str
) -> None:
    second = first + timedelta(minutes=later)
    assert due_at(way, times, zone, first) <= due_at(way, times, zone, second)


@pytest.mark.parametrize("behind", [timedelta(0), -MINUTE / 2])
@pytest.mark.parametrize("times", [Times(), NIGHT, Times(17 * 60, 16 * 60)])
@pytest.mark.parametrize("way", Way)
def test_what_waits_as_it_should_is_left_alone(
    street: Street,
    turn: Turn,
    put_right: Callable[[], None],
    times: Times,
    way: Way,
    behind: timedelta,
) -> None:
    found(street, turn, times, way, AT - behind)
    [before] = street.hits()
    put_right()
    [after] = street.hits()
    assert after.due_at == before.due_at


def test_times_changed_then_put_nothing_off_either(
    street: Street, turn: Turn, put_right: Callable[[], None], tell: Callable[..., None]
) -> None:
    found(street, turn, NIGHT, Way.PUSH, AT + 5 * HOUR)
    with unit_of_work(street.engine) as session:
        actions.set_times(session, MINJI, Times(), ZONE, at=AT + DAY)
    put_right()
    with unit_of_work(street.engine) as session:
        session.execute(sa.text("DELETE FROM push_message"))
    tell(AT)
    assert len(street.notices()) == 1


def test_another_persons_times_are_their_own(
    street: Street, turn: Turn, put_right: Callable[[], None]
) -> None:
    street.follow(SOYEON)
    early = Times(17 * 60, 7 * 60)
    found(street, turn, early, Way.PUSH, AT + 5 * HOUR)
    put_right()
    due = sorted(hit.due_at for hit in street.hits())
    assert due == [AT, due_at(Way.PUSH, early, ZONE, AT)]


def test_what_was_told_stays_told(
    street: Street, turn: Turn, put_right: Callable[[], None]
) -> None:
    street.follow(MINJI)
    street.report()
    turn()
    with unit_of_work(street.engine) as session:
        session.execute(sa.update(AlertHit).values(due_at=AT + DAY))
    put_right()
    assert [hit.due_at for hit in street.hits()] == [AT + DAY]


def test_what_was_told_is_not_read(
    street: Street, turn: Turn, put_right: Callable[[], None]
) -> None:
    """All that was ever found stays: of that, and while nothing is wrong, nothing is written."""
    found(street, turn, NIGHT, Way.PUSH, AT)
    seen: list[tuple[str, object]] = []

    def note(_: object, __: object, statement: str, given: object, *more: object) -> None:
        seen.append((statement, given))

    sa.event.listen(street.engine, "before_cursor_execute", note)
    put_right()
    sa.event.remove(street.engine, "before_cursor_execute", note)
    asked = [one for one in seen if "alert_hit" in one[0]]
    assert [statement.split()[0] for statement, _ in asked] == ["SELECT"]
    if street.engine.dialect.name == "sqlite":
        with street.engine.connect() as connection:
            plan = str(
                connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[0][0]}", asked[0][1]).all()
            )  # type: ignore[arg-type]
        assert "due_at" in plan
        assert "ix_alert_hit_alert_id" not in plan
