"""A clock that was ahead for a moment puts no job off for longer than until it is set right."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from services import clock
from services.db import Session, reading_session, unit_of_work
from services.jobs import Daily, Job, JobRow, Scheduler
from services.jobs.leases import LEASE, Leases
from tests.conftest import AT
from tests.flows.processes import eventually

MINUTE, YEAR = timedelta(minutes=1), timedelta(days=365)


def counted(runs: list[datetime], every_s: int = 30) -> Job:
    return Job("test.count", every_s, lambda _session, at: runs.append(at))


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]


def row_of(engine: sa.Engine) -> JobRow:
    with reading_session(engine) as session:
        return session.scalars(sa.select(JobRow)).one()


@pytest.mark.parametrize("restarted", [False, True])
def test_a_job_runs_again_as_soon_as_the_clock_is_right(
    engine: sa.Engine, caplog: pytest.LogCaptureFixture, restarted: bool
) -> None:
    runs: list[datetime] = []
    scheduler = Scheduler(engine, [counted(runs)])
    assert scheduler.turn(AT + YEAR) == 1
    if restarted:
        scheduler = Scheduler(engine, [counted(runs)])
    half = timedelta(seconds=30)
    assert [scheduler.turn(AT + half * n / 2) for n in range(6)] == [1, 0, 1, 0, 1, 0]
    assert runs == [AT + YEAR, AT, AT + half, AT + 2 * half]
    (warning,) = warnings_of(caplog)
    assert "test.count" in warning


def test_a_clock_that_is_some_seconds_ahead_makes_no_job_run_twice(
    engine: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    runs: list[datetime] = []
    ahead, other = (Scheduler(engine, [counted(runs)]) for _ in range(2))
    for second in range(0, 300, 5):
        at = AT + timedelta(seconds=second)
        ahead.turn(at + timedelta(seconds=50))
        other.turn(at)
    assert len(runs) == 10
    assert warnings_of(caplog) == []


def test_where_clocks_differ_for_good_a_job_runs_twice_as_often_at_most(
    engine: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    runs: list[datetime] = []
    ahead, other = (Scheduler(engine, [counted(runs, 60)]) for _ in range(2))
    for second in range(600):
        at = AT + timedelta(seconds=second)
        ahead.turn(at + timedelta(days=1))
        other.turn(at)
    assert 10 <= len(runs) <= 21
    assert len(warnings_of(caplog)) <= 10


def test_a_daily_job_comes_at_its_time_of_day_again(engine: sa.Engine) -> None:
    zone = ZoneInfo("Europe/Berlin")
    runs: list[datetime] = []
    job = Job("test.daily", Daily(2, 30), lambda _session, at: runs.append(at))
    scheduler = Scheduler(engine, [job], zone)
    # The next two nights are those before and in which clocks go forward.
    evening = datetime(2026, 3, 27, 20, 0, tzinfo=zone)
    assert [scheduler.turn(evening + YEAR), scheduler.turn(evening + YEAR + MINUTE)] == [0, 0]
    times = [datetime(2026, 3, 28, 1, 30), datetime(2026, 3, 29, 1, 30)]  # noqa: DTZ001  UTC
    for time in (one.replace(tzinfo=ZoneInfo("UTC")) for one in times):
        early = time - timedelta(seconds=1)
        assert [scheduler.turn(at) for at in (early, time, time + MINUTE)] == [0, 1, 0]
    assert len(runs) == 2


def test_a_run_that_died_while_the_clock_was_ahead_is_done_again_after_one_lease(
    engine: sa.Engine,
) -> None:
    runs: list[datetime] = []
    scheduler = Scheduler(engine, [counted(runs)])
    assert scheduler.leases.claim("test.count", AT + YEAR, AT) is not None
    assert scheduler.turn(AT) == 0
    assert scheduler.turn(AT + LEASE - timedelta(seconds=1)) == 0
    assert scheduler.turn(AT + LEASE) == 1
    assert row_of(engine).due_at == AT + LEASE + timedelta(seconds=30)


def test_one_that_runs_on_while_the_clock_is_set_right_keeps_its_lease(engine: sa.Engine) -> None:
    lasts = timedelta(seconds=3)
    runs: list[datetime] = []
    other = Scheduler(engine, [counted(runs)], lasts=lasts)

    def long(_session: Session, at: datetime) -> None:
        with unit_of_work(engine) as session:
            session.execute(sa.update(JobRow).values(claimed_until=at + YEAR))
        assert other.turn(at) == 0
        shortened = row_of(engine).claimed_until
        assert shortened is not None
        assert shortened <= at + lasts
        eventually(lambda: (row_of(engine).claimed_until or AT) > shortened, 60)
        assert other.turn(shortened + timedelta(microseconds=1)) == 0

    assert Scheduler(engine, [Job("test.count", 30, long)], lasts=lasts).turn() == 1
    assert (runs, row_of(engine).last_error) == ([], None)


@pytest.fixture
def one_line(engine: sa.Engine) -> Iterator[sa.Engine]:
    """An engine with one connection, for which nobody waits for long."""
    made = sa.create_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    yield made
    made.dispose()


def test_a_renewal_that_finds_no_free_connection_is_made_up_for(
    engine: sa.Engine, one_line: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "services.jobs.leases")
    leases = Leases(one_line, clock.now, timedelta(seconds=0.6))
    lease = leases.claim("test.long", clock.now(), AT)
    assert lease is not None
    first = row_of(engine).claimed_until
    assert first is not None
    with leases.held("test.long", lease):
        with one_line.connect():
            eventually(lambda: "TimeoutError" in caplog.text, 60)
        eventually(lambda: (row_of(engine).claimed_until or AT) > first, 60)
