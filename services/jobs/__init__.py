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
from services.jobs.times import Daily, first, following, latest

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
        self._righted: dict[str, datetime] = {}

    def turn(self, at: datetime | None = None) -> int:
        """Run every job that is due `at` (by default: when its turn comes); return how many.

        A new job is due at once, one with a time of day at that time.
        """
        ran = 0
        resting = self._resting(at or self.now())
        for job in self.jobs.values():
            if job.name not in resting and self._take(job, at or self.now()):
                ran += 1
                # Where one loop does everything, pages come between two jobs.
                time.sleep(BREATH_S)
        return ran

    def _resting(self, at: datetime) -> set[str]:
        rows = self.leases.resting(at)
        righted = [self._put_right(self.jobs[r.name], r, at) for r in rows if r.name in self.jobs]
        if any(righted):
            rows = self.leases.resting(at)
        return {row.name for row in rows}

    def _put_right(self, job: Job, row: JobRow, at: datetime) -> bool:
        """Let a job that is put off for longer than it can be be due as a new one is."""
        late = row.due_at > latest(job.when, at, self.zone)
        if not (late or self.leases.too_long(row, at)) or self._just_righted(job, at):
            return False
        self._righted[job.name] = at
        log.warning("job %s was put off for longer than it can be: was a clock ahead?", job.name)
        due_at = first(job.when, at, self.zone) if late else row.due_at
        self.leases.put_right(row, at, due_at)
        return True

    def _just_righted(self, job: Job, at: datetime) -> bool:
        """Say whether a job was put right and has had no next time since.

        Where two workers' clocks differ for good each would take it from the other for ever.
        """
        before = self._righted.get(job.name)
        return before is not None and before <= at < following(job.when, before, self.zone)

    def _take(self, job: Job, at: datetime) -> bool:
        lease = self.leases.claim(job.name, at, first(job.when, at, self.zone))
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
