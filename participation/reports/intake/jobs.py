"""Timed work of the ways in: what is over is forgotten."""

from datetime import datetime

from participation.reports.blocks.actions import forget_blocks, forget_traces
from participation.reports.intake.actions import forget_letters
from services.auth import STRANGER
from services.db import Session

HOUR_S = 3600


def forget_past(session: Session, at: datetime) -> None:
    """Forget drafts nobody confirmed, where old reports came from, and blocks of who left."""
    forget_letters(session, STRANGER, at=at)
    forget_traces(session, STRANGER, at=at)
    forget_blocks(session, STRANGER, at=at)
