"""Timed work: each due run is claimed once, and a failure waits for its next time."""

import multiprocessing
import threading
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import select

from services.db import Session, reading_session, unit_of_work
from services.jobs import Daily, Job, JobRow, Scheduler
from services.jobs.leases import LEASE
from tests.conftest import AT
from tests.flows.processes import eventually
from tests.services.timed import keep_running

MINUTE = timedelta(minutes=1)


def counted(runs: list[object]) -> Job:
    return Job("test.count", 60, lambda _session, at: runs.append(at))


def test_a_new_job_runs_at_once_and_then_at_its_times(engine: sa.Engine) -> None:
    runs: list[object] = []
    scheduler = Scheduler(engine, [counted(runs)])
    assert scheduler.turn(AT) == 1
    assert scheduler.turn(AT + timedelta(seconds=59)) == 0
    assert scheduler.turn(AT + MINUTE) == 1
    assert runs == [AT, AT + MINUTE]


def test_where_nothing_is_due_a_turn_asks_once(engine: sa.Engine) -> None:
    jobs = [Job(f"test.{n}", 60, lambda _session, _at: None) for n in range(20)]
    scheduler = Scheduler(engine, jobs)
    assert scheduler.turn(AT) == 20
    asked: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert scheduler.turn(AT + timedelta(seconds=59)) == 0
    assert len(asked) == 1


def test_what_was_due_while_nobody_ran_runs_once(engine: sa.Engine) -> None:
    runs: list[object] = []
    Scheduler(engine, [counted(runs)]).turn(AT)
    later = AT + 500 * MINUTE
    restarted = Scheduler(engine, [counted(runs)])
    assert [restarted.turn(later), restarted.turn(later)] == [1, 0]


def test_many_schedulers_claim_once(engine: sa.Engine) -> None:
    """Also at the very first time, when the row is not there yet."""
    runs: list[object] = []
    failures: list[BaseException] = []
    schedulers = [Scheduler(engine, [counted(runs)]) for _ in range(6)]
    for turn in range(5):
        gate = threading.Barrier(len(schedulers))

        def go(scheduler: Scheduler, at: object, gate: threading.Barrier = gate) -> None:
            gate.wait()
            try:
                scheduler.turn(at)  # type: ignore[arg-type]
            except BaseException as error:
                failures.append(error)

        at = AT + turn * MINUTE
        threads = [threading.Thread(target=go, args=(one, at)) for one in schedulers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(runs) == turn + 1
    assert failures == []


def test_a_job_that_fails_runs_again_at_its_next_time(engine: sa.Engine) -> None:
    runs: list[object] = []

    def bad(session: Session, at: object) -> None:
        session.execute(sa.delete(JobRow))
        runs.append(at)
        if len(runs) == 1:
            raise RuntimeError("a person's words")

    scheduler = Scheduler(engine, [Job("test.bad", 60, bad)])
    assert scheduler.turn(AT) == 1
    with unit_of_work(engine) as session:
        row = session.scalars(select(JobRow)).one()
        assert row.last_error == "RuntimeError"
    assert scheduler.turn(AT + timedelta(seconds=30)) == 0
    assert scheduler.turn(AT + MINUTE) == 1
    assert runs == [AT, AT + MINUTE]


def test_one_that_fails_does_not_keep_the_others(engine: sa.Engine) -> None:
    runs: list[object] = []

    def bad(_session: Session, _at: object) -> None:
        raise ZeroDivisionError

    assert Scheduler(engine, [Job("test.bad", 60, bad), counted(runs)]).turn(AT) == 2
    assert runs == [AT]


def test_after_a_good_run_the_old_error_is_gone(engine: sa.Engine) -> None:
    state = {"fails": True}

    def moody(_session: Session, _at: object) -> None:
        if state["fails"]:
            raise ZeroDivisionError

    scheduler = Scheduler(engine, [Job("test.moody", 60, moody)])
    scheduler.turn(AT)
    state["fails"] = False
    scheduler.turn(AT + MINUTE)
    with Session(engine) as session:
        assert session.scalars(select(JobRow.last_error)).one() is None


def leave_unended(scheduler: Scheduler, at: datetime) -> None:
    """Begin a job as a worker does that is killed in the middle of it."""
    (name,) = scheduler.jobs
    assert scheduler.leases.claim(name, at, at) is not None


def test_a_run_that_died_with_its_worker_is_done_again_when_its_lease_lapsed(
    engine: sa.Engine,
) -> None:
    runs: list[object] = []
    scheduler = Scheduler(engine, [counted(runs)])
    leave_unended(scheduler, AT)
    assert scheduler.turn(AT + LEASE - timedelta(seconds=1)) == 0
    assert scheduler.turn(AT + LEASE) == 1
    assert scheduler.turn(AT + LEASE + timedelta(seconds=59)) == 0
    assert runs == [AT + LEASE]


def claimed_until(engine: sa.Engine) -> datetime:
    with reading_session(engine) as session:
        until = session.scalars(select(JobRow.claimed_until)).one()
    assert until is not None
    return until


def test_a_long_run_keeps_its_lease_and_no_other_worker_begins(engine: sa.Engine) -> None:
    lasts = timedelta(seconds=1.5)
    runs: list[object] = []
    other = Scheduler(engine, [Job("test.long", 60, lambda _s, at: runs.append(at))])

    def long(_session: Session, at: datetime) -> None:
        runs.append(at)
        first = claimed_until(engine)
        eventually(lambda: claimed_until(engine) > first, 60)
        assert other.turn(first + timedelta(microseconds=1)) == 0

    assert Scheduler(engine, [Job("test.long", 60, long)], lasts=lasts).turn() == 1
    assert len(runs) == 1
    with reading_session(engine) as session:
        assert session.scalars(select(JobRow.last_error)).one() is None


def test_one_whose_lease_was_lost_undoes_its_work(engine: sa.Engine) -> None:
    def taken_over(session: Session, _at: object) -> None:
        session.add(JobRow(name="left behind", due_at=AT))
        session.flush()
        session.execute(sa.update(JobRow).values(lease="another"))

    Scheduler(engine, [Job("test.lost", 60, taken_over)]).turn(AT)
    with reading_session(engine) as session:
        (row,) = session.scalars(select(JobRow)).all()
    assert (row.name, row.due_at) == ("test.lost", AT)


def test_a_daily_job_waits_for_its_time_of_day(engine: sa.Engine) -> None:
    runs: list[object] = []
    zone = ZoneInfo("Asia/Seoul")
    job = Job("test.daily", Daily(3, 30), lambda _session, at: runs.append(at))
    scheduler = Scheduler(engine, [job], zone)
    evening = datetime(2026, 11, 2, 20, 0, tzinfo=zone)
    due = datetime(2026, 11, 3, 3, 30, tzinfo=zone)
    assert scheduler.turn(evening) == 0
    assert scheduler.turn(due - timedelta(seconds=1)) == 0
    assert scheduler.turn(due + timedelta(hours=2)) == 1
    assert scheduler.turn(due + timedelta(hours=23, minutes=59)) == 0
    assert scheduler.turn(due + timedelta(days=1)) == 1


def test_two_workers_one_of_them_killed_run_each_once_at_a_time(
    engine: sa.Engine, database_url: str, tmp_path: Path
) -> None:
    """The notes tell: no run begins before the other ended, but for the one that was killed."""
    notes = tmp_path / "notes"
    notes.touch()
    forks = multiprocessing.get_context("forkserver")
    workers = [
        forks.Process(target=keep_running, args=(database_url, str(notes)), daemon=True)
        for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    begun = lambda: [line for line in notes.read_text().split("\n") if line.startswith("begin")]  # noqa: E731
    eventually(lambda: len(begun()) >= 6, 60)
    victim = int(begun()[-1].split()[1])
    dead = next(worker for worker in workers if worker.pid == victim)
    dead.kill()
    dead.join(10)
    after = len(begun())
    eventually(lambda: len(begun()) >= after + 4, 60)
    for worker in workers:
        worker.kill()
        worker.join(10)
    running: set[str] = set()
    for line in notes.read_text().split("\n")[:-1]:
        what, pid = line.split()
        if what == "begin":
            assert running <= {str(victim)}
            running = {pid}
        else:
            assert running == {pid}
            running = set()
