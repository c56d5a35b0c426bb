"""Timed work of the ways in: what is over is forgotten."""

from datetime import datetime

from participation.reports.blocks.actions import forget_traces
from participation.reports.intake.actions import forget_letters
from services.auth import STRANGER
from services.db import Session

HOUR_S = 3600


def forget_past(session: Session, at: datetime) -> None:
    """Forget drafts nobody confirmed, and which browsers old reports came from."""
    forget_letters(session, STRANGER, at=at)
    forget_traces(session, STRANGER, at=at)
