"""Timed work as rows: each job has one row, claimed by conditional update when it is due."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, String, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import mapped_column

from services.db import Base, Mapped, Session, reading_session, unit_of_work

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """`run(session, at)` is called every `every_s` seconds by whichever worker claims it."""

    name: str
    every_s: int
    run: Callable[[Session, datetime], None]


class JobRow(Base):
    __tablename__ = "job"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    due_at: Mapped[datetime]
    last_error: Mapped[str | None] = mapped_column(String(120))


class Scheduler:
    """Runs what is due; several may share a database, each due run is claimed once."""

    def __init__(self, engine: Engine, jobs: Sequence[Job]) -> None:
        self.engine = engine
        self.jobs = {job.name: job for job in jobs}

    def turn(self, at: datetime) -> int:
        """Run every due job once; return how many were run. A new job is due at once."""
        return sum(self._run(job, at) for job in self.jobs.values() if self._claim(job, at))

    def _claim(self, job: Job, at: datetime) -> bool:
        with reading_session(self.engine) as session:
            due = session.scalar(select(JobRow.due_at).where(JobRow.name == job.name))
        if due is not None and due > at:
            return False
        following = at + timedelta(seconds=job.every_s)
        with unit_of_work(self.engine) as session:
            if due is None:
                return _first(session, JobRow(name=job.name, due_at=following))
            claim = session.connection().execute(
                update(JobRow)
                .where(JobRow.name == job.name, JobRow.due_at == due)
                .values(due_at=following)
            )
            return claim.rowcount == 1

    def _run(self, job: Job, at: datetime) -> bool:
        error: str | None = None
        try:
            with unit_of_work(self.engine) as session:
                job.run(session, at)
        except Exception as failure:
            error = type(failure).__name__
            log.exception("job %s failed; it runs again at its next time", job.name)
        with unit_of_work(self.engine) as session:
            session.execute(update(JobRow).where(JobRow.name == job.name).values(last_error=error))
        return True


def _first(session: Session, row: JobRow) -> bool:
    """Say whether the row is ours: another worker may make it at the same moment."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


__all__ = ["Job", "JobRow", "Scheduler"]
