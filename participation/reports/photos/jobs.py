"""Timed work on pictures: what was kept under a cover is let go when its time is over."""

from datetime import datetime

from sqlalchemy import select

from participation.events.reports import ReportOpened
from participation.reports.models import Report
from participation.reports.photos.actions import cover_again, forget_originals
from participation.reports.photos.models import PhotoOriginal
from services import clock
from services.auth import Actor
from services.db import Session

HOUR_S = 3600
AT_ONCE = 500
SYSTEM = Actor(None)


def expire_originals(session: Session, at: datetime) -> None:
    """Let go of every picture whose time under its cover is over."""
    over = select(PhotoOriginal).where(PhotoOriginal.expires_at <= at)
    rows = session.scalars(over.order_by(PhotoOriginal.expires_at).limit(AT_ONCE)).all()
    forget_originals(session, SYSTEM, rows, at=at)


def cover_known(session: Session, event: ReportOpened) -> None:
    """Cover a picture that was covered before, when the same one is sent again."""
    report = session.get(Report, event.report_id)
    if report is not None and report.photo_hash is not None:
        cover_again(session, report, SYSTEM, at=clock.now())
