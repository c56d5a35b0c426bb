"""Timed work: what cannot be put back any more is forgotten."""

from datetime import datetime

from participation.reports.removals.actions import forget_removed_rows
from services.auth import Actor
from services.db import Session

FORGET_EVERY_S = 600
SYSTEM = Actor(None)


def expire_removed_rows(session: Session, at: datetime) -> None:
    """Forget every deleted row whose hour is over."""
    forget_removed_rows(session, SYSTEM, at=at)
