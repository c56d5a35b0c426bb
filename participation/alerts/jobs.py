"""Timed work of alerts: what quiet hours held, daily digests, and forgetting what was removed."""

from datetime import datetime

from sqlalchemy import select

from participation.alerts.actions import forget_alerts
from participation.alerts.models import Alert
from participation.alerts.queries import due_hits, due_people
from participation.alerts.rules import UNDO, Way
from participation.alerts.telling import Sources, make_digests, push_hits
from services.auth import Actor
from services.db import Session

EVERY_S = 30
HOUR_S = 3600
AT_ONCE = 2000
SYSTEM = Actor(None)


class Clerk:
    """Does what is due; `sources` says what the rows themselves do not."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources

    def tell_due(self, session: Session, at: datetime) -> None:
        """Tell some people all that waited for them until now; the others have the next turns.

        A row is marked told in the same transaction.
        """
        hits = due_hits(session, at, due_people(session, at, AT_ONCE))
        push_hits(session, self.sources, [h for h in hits if h.way == Way.PUSH], at=at)
        make_digests(session, self.sources, [h for h in hits if h.way == Way.DIGEST], at=at)


def forget_removed(session: Session, at: datetime) -> None:
    """Delete what was removed and can be brought back no more."""
    gone = select(Alert.id).where(Alert.removed_at < at - UNDO).limit(AT_ONCE)
    forget_alerts(session, SYSTEM, list(session.scalars(gone)), at=at)
