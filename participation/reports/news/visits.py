"""What a person has read of the city's answers: told to nobody else, and no act on record."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update

from participation.reports.models import ReportEntry, ReportFollow
from services.db import Session


def note_read(
    session: Session, person_id: UUID, report_id: UUID, until: datetime, *, at: datetime
) -> None:
    """Note that a person who follows a report has read what was said up to `until`.

    What is still to be said can have been read by nobody: `at` is the latest, or when the last word
    was said that stands there, by whichever clock.
    """
    stands = select(func.max(ReportEntry.at)).where(ReportEntry.report_id == report_id)
    latest = min(until, max(at, session.scalar(stands) or at))
    before = or_(ReportFollow.read_until.is_(None), ReportFollow.read_until < latest)
    mine = update(ReportFollow).where(
        ReportFollow.person_id == person_id, ReportFollow.report_id == report_id, before
    )
    session.execute(mine.values(read_until=latest))


def forget_read(session: Session, person_id: UUID, report_id: UUID) -> None:
    """Let the answers to a report be new again to a person who follows it."""
    mine = update(ReportFollow).where(
        ReportFollow.person_id == person_id, ReportFollow.report_id == report_id
    )
    session.execute(mine.values(read_until=None))
