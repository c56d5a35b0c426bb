"""Timed work on pictures: what was kept under a cover is let go when its time is over."""

from datetime import datetime

from participation.events.reports import ReportOpened
from participation.reports.models import Report
from participation.reports.photos.actions import cover_again, forget_originals
from participation.reports.photos.actions_look import forget_looked
from participation.reports.photos.actions_removal import forget_removed
from participation.reports.photos.queries import expired_originals
from services import clock
from services.auth import Actor
from services.db import Session

HOUR_S = 3600
AT_ONCE = 500
SYSTEM = Actor(None)


def expire_originals(session: Session, at: datetime) -> None:
    """Let go of every picture whose time under its cover is over."""
    forget_originals(session, SYSTEM, expired_originals(session, at, AT_ONCE), at=at)


def expire_removed(session: Session, at: datetime) -> None:
    """Let go of every photo that was taken off and cannot be hung again any more, and of what is
    known of those that were looked over and cannot be hidden again."""
    forget_removed(session, SYSTEM, at=at)
    forget_looked(session, SYSTEM, at=at)


def cover_known(session: Session, event: ReportOpened) -> None:
    """Cover a picture that was covered between its coming in and now; others come in covered."""
    report = session.get(Report, event.report_id)
    if report is not None:
        cover_again(session, report, SYSTEM, at=clock.now())
