"""Timed work: each due run is claimed once, and a failure waits for its next time."""

import threading
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import select

from services.db import Session, unit_of_work
from services.jobs import Job, JobRow, Scheduler
from tests.conftest import AT

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
