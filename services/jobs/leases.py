"""The row of a job, and holding it while it runs: no two at once, none lost with its worker."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Engine, String, or_, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import mapped_column

from services.clock import SKEW
from services.db import Base, Mapped, Session, reading_session, unit_of_work
from services.ids import secret_token

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)


class JobRow(Base):
    """A job is due at `due_at`; who holds `lease` runs it, until `claimed_until` at the least."""

    __tablename__ = "job"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    due_at: Mapped[datetime]
    lease: Mapped[str | None] = mapped_column(String(32))
    claimed_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(120))


class LeaseLostError(Exception):
    """Another worker runs the job now; what was done here is undone."""


class Leases:
    """Claims, renews and gives back the rows of jobs; a lease is anyone's after `lasts`."""

    def __init__(
        self, engine: Engine, now: Callable[[], datetime], lasts: timedelta = LEASE
    ) -> None:
        self.engine, self.now, self.lasts = engine, now, lasts

    def resting(self, at: datetime) -> Sequence[JobRow]:
        """Return the rows of the jobs that are not due `at`, or that somebody runs."""
        wanted = select(JobRow).where(or_(JobRow.due_at > at, JobRow.claimed_until > at))
        with reading_session(self.engine) as session:
            return session.scalars(wanted).all()

    def too_long(self, row: JobRow, at: datetime) -> bool:
        """Say whether a job is claimed for longer than anybody can who claims or renews `at`."""
        until = row.claimed_until
        return until is not None and until > at + self.lasts + SKEW

    def put_right(self, row: JobRow, at: datetime, due_at: datetime) -> None:
        """Let a job be due at `due_at`, and be claimed from `at`: a clock was ahead at `row`.

        Whoever holds the lease may still be at it and renews it; else it lapses in its time.
        """
        until = at + self.lasts if self.too_long(row, at) else row.claimed_until
        seen = (
            JobRow.due_at == row.due_at,
            JobRow.claimed_until.is_not_distinct_from(row.claimed_until),
        )
        with unit_of_work(self.engine) as session:
            session.connection().execute(
                update(JobRow)
                .where(JobRow.name == row.name, *seen)
                .values(due_at=due_at, claimed_until=until)
            )

    def claim(self, name: str, at: datetime, first: datetime) -> str | None:
        """Return the lease of a job that is due `at` and that nobody runs; else None.

        A job that has no row yet gets one, due at `first`.
        """
        with reading_session(self.engine) as session:
            row = session.get(JobRow, name)
        if row is None:
            self._make(name, first)
            return self.claim(name, at, first)
        if row.due_at > at or (row.claimed_until is not None and row.claimed_until > at):
            return None
        if row.lease is not None:
            log.warning("job %s never ended where it was begun; it is run again", name)
        lease = secret_token(16)
        free = or_(JobRow.claimed_until.is_(None), JobRow.claimed_until <= at)
        with unit_of_work(self.engine) as session:
            claimed = session.connection().execute(
                update(JobRow)
                .where(JobRow.name == name, JobRow.due_at == row.due_at, free)
                .values(lease=lease, claimed_until=at + self.lasts)
            )
        return lease if claimed.rowcount == 1 else None

    def _make(self, name: str, first: datetime) -> None:
        try:
            with unit_of_work(self.engine) as session:
                session.add(JobRow(name=name, due_at=first))
        except IntegrityError:
            log.debug("job %s was made by another worker at the same moment", name)

    def give_back(
        self, session: Session, name: str, lease: str, due_at: datetime, error: str | None
    ) -> None:
        """End a run within its own transaction; raises LeaseLostError if it is another's now."""
        session.flush()
        given = session.connection().execute(
            update(JobRow)
            .where(JobRow.name == name, JobRow.lease == lease)
            .values(due_at=due_at, lease=None, claimed_until=None, last_error=error)
        )
        if given.rowcount != 1:
            raise LeaseLostError

    @contextmanager
    def held(self, name: str, lease: str) -> Iterator[None]:
        """Renew a lease for as long as the block runs."""
        done = threading.Event()
        renewer = threading.Thread(target=self._renew, args=(name, lease, done), daemon=True)
        renewer.start()
        try:
            yield
        finally:
            done.set()
            renewer.join()

    def _renew(self, name: str, lease: str, done: threading.Event) -> None:
        while not done.wait(self.lasts.total_seconds() / 3):
            mine = update(JobRow).where(JobRow.name == name, JobRow.lease == lease)
            try:
                with unit_of_work(self.engine) as session:
                    session.execute(mine.values(claimed_until=self.now() + self.lasts))
            except (DBAPIError, PoolTimeoutError, sqlite3.OperationalError) as error:
                # On SQLite a job that writes holds the one turn: nobody else can claim it then.
                log.info("job %s is held without renewal: %s", name, type(error).__name__)
