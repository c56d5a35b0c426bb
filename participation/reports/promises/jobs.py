"""Looks every ten minutes for reports whose promise nears, or at which people pile up."""

from datetime import datetime

from participation.reports.promises import queries_rising
from participation.reports.promises.actions import escalate_report
from services.auth import Actor
from services.db import Session

EVERY_S = 600


def escalate_forgotten(session: Session, at: datetime) -> None:
    """Raise what waits and is near the end of its promise, or has many waiting for a word."""
    for report, why in queries_rising.take_rising(session, at):
        escalate_report(session, Actor(None), report, why, at=at)
