"""Who hears of a report, and how many: the row's count goes with every change of it."""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import update

from participation.reports.models import Report, ReportFollow
from services.db import Session


def add_follower(session: Session, report: Report, person_id: UUID, *, at: datetime) -> bool:
    """Let a person hear of a report, for an action that audits it; say whether that is new."""
    if session.get(ReportFollow, (report.id, person_id)) is not None:
        return False
    session.add(ReportFollow(report_id=report.id, person_id=person_id, since=at))
    count_followers(session, report.id, 1)
    return True


def hearing_tag_of(report_id: UUID, person_id: UUID) -> str:
    """Return the tag of the letters that come to a person because they follow a report."""
    return f"hearing-{uuid5(report_id, person_id.hex)}"


def count_followers(session: Session, report_id: UUID, by: int) -> None:
    """Let the row say how many follow it now."""
    session.flush()
    session.execute(
        update(Report).where(Report.id == report_id).values(followers=Report.followers + by)
    )
