"""Looks every ten minutes for reports whose promise nears, or at which people pile up."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from participation.reports.models import Report
from participation.reports.promises.actions import escalate_report
from participation.reports.routing.queries import calendar_of
from participation.reports.rules import CROWD, ENDED, Status
from services.auth import Actor
from services.db import Session

EVERY_S = 600
AT_ONCE = 200
NOTICE_DAYS = 1
# What was promised longer ago, in another system perhaps, is late and no surprise to anyone.
LONG_AGO = timedelta(days=14)
LIVE = tuple(s.value for s in Status if s not in ENDED)


def escalate_forgotten(session: Session, at: datetime) -> None:
    """Raise what is live and due within a working day, or followed by a crowd."""
    soon = calendar_of(session).due(at, NOTICE_DAYS)
    near = Report.due_at.between(at - LONG_AGO, soon)
    rows = session.scalars(
        select(Report)
        .where(Report.status.in_(LIVE), Report.escalated_at.is_(None))
        .where(or_(near, Report.followers >= CROWD))
        .order_by(Report.due_at)
        .limit(AT_ONCE)
    ).all()
    for report in rows:
        why = "promise" if report.due_at <= soon else "people"
        escalate_report(session, Actor(None), report, why, at=at)
