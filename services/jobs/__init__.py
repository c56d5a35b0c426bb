"""Timed work as rows: each job has one row, leased while it runs, and due again when it ended."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from services import clock
from services.db import Session, unit_of_work
from services.jobs.leases import LEASE, JobRow, LeaseLostError, Leases
from services.jobs.times import Daily, following

log = logging.getLogger(__name__)
UTC_ZONE = ZoneInfo("UTC")
BREATH_S = 0.002


@dataclass(frozen=True)
class Job:
    """`run(session, at)` is called by whichever worker claims it, every `when` seconds or daily.

    A run that dies with its worker is done again by another; what it did in `session` counts
    once, all else must bear being done twice.
    """

    name: str
    when: int | Daily
    run: Callable[[Session, datetime], None]


class Scheduler:
    """Runs what is due; several may share a database, and no job overlaps with itself."""

    def __init__(
        self,
        engine: Engine,
        jobs: Sequence[Job],
        zone: ZoneInfo = UTC_ZONE,
        *,
        now: Callable[[], datetime] = clock.now,
        lasts: timedelta = LEASE,
    ) -> None:
        self.engine, self.zone, self.now = engine, zone, now
        self.jobs = {job.name: job for job in jobs}
        self.leases = Leases(engine, now, lasts)

    def turn(self, at: datetime | None = None) -> int:
        """Run every job that is due `at` (by default: when its turn comes); return how many.

        A new job is due at once, one with a time of day at that time.
        """
        ran = 0
        resting = self.leases.resting(at or self.now())
        for job in self.jobs.values():
            if job.name not in resting and self._take(job, at or self.now()):
                ran += 1
                # Where one loop does everything, pages come between two jobs.
                time.sleep(BREATH_S)
        return ran

    def _take(self, job: Job, at: datetime) -> bool:
        first = job.when.after(at, self.zone) if isinstance(job.when, Daily) else at
        lease = self.leases.claim(job.name, at, first)
        if lease is None:
            return False
        due_at = following(job.when, at, self.zone)
        try:
            with self.leases.held(job.name, lease), unit_of_work(self.engine) as session:
                job.run(session, at)
                self.leases.give_back(session, job.name, lease, due_at, None)
        except LeaseLostError:
            log.warning("job %s was taken over; what it did here is undone", job.name)
        except Exception as failure:
            log.exception("job %s failed; it runs again at its next time", job.name)
            self._failed(job.name, lease, due_at, failure)
        return True

    def _failed(self, name: str, lease: str, due_at: datetime, failure: Exception) -> None:
        try:
            with unit_of_work(self.engine) as session:
                self.leases.give_back(session, name, lease, due_at, type(failure).__name__)
        except LeaseLostError:
            log.warning("job %s was taken over", name)


__all__ = ["Daily", "Job", "JobRow", "Scheduler"]
