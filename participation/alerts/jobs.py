"""Timed work of alerts: what quiet hours held, daily digests, what a clock that was ahead put
off, and forgetting what was removed."""

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from participation.alerts.actions import forget_alerts
from participation.alerts.models import Alert, AlertHit
from participation.alerts.queries import Times, due_hits, due_people, times_of
from participation.alerts.rules import UNDO, Way
from participation.alerts.telling import Sources, due_at, make_digests, push_hits
from services.auth import Actor
from services.clock import SKEW
from services.db import Session
from services.db.keys import among
from services.db.plans import unsought

log = logging.getLogger(__name__)
EVERY_S, RIGHT_EVERY_S = 30, 60
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

    def put_right(self, session: Session, at: datetime) -> None:
        """Let what waits for longer than it can wait as if it were found now, and warn of it.

        Times that were changed while a clock was ahead put it off as well as finding it then.
        """
        zone, righted = self.sources.settings.timezone, 0
        whose = Alert.person_id.expression
        for (way, times), people in _held_up(session, zone, at + SKEW).items():
            theirs = select(Alert.id).where(among(whose, people))
            wrong = (
                AlertHit.way == way,
                AlertHit.told_at.is_(None),
                AlertHit.due_at > due_at(way, times, zone, at + SKEW),
                unsought(AlertHit.alert_id.expression).in_(theirs),
            )
            now_due = update(AlertHit).where(*wrong).values(due_at=due_at(way, times, zone, at))
            righted += session.connection().execute(now_due).rowcount
        if righted:
            log.warning("%d finds were put off for longer than can be: was a clock ahead?", righted)


def _held_up(session: Session, zone: str, at: datetime) -> dict[tuple[str, Times], list[UUID]]:
    """Return for whom something waits for longer than it can, by how they are told and their times.

    Only what waits is read, not all that was ever found; most often it is nobody.
    """
    hit = unsought(AlertHit.alert_id.expression)
    rows = session.execute(
        select(Alert.person_id, AlertHit.way, func.max(AlertHit.due_at))
        .join(AlertHit, hit == Alert.id)
        .where(AlertHit.told_at.is_(None), AlertHit.due_at > at)
        .group_by(Alert.person_id, AlertHit.way)
    ).all()
    chosen = times_of(session, list({person_id for person_id, *_ in rows}))
    latest: dict[tuple[str, Times], datetime] = {}
    found: dict[tuple[str, Times], list[UUID]] = {}
    for person_id, way, last in rows:
        key = way, chosen.get(person_id, Times())
        if key not in latest:
            latest[key] = due_at(*key, zone, at)
        if last > latest[key]:
            found.setdefault(key, []).append(person_id)
    return found


def forget_removed(session: Session, at: datetime) -> None:
    """Delete what was removed and can be brought back no more."""
    gone = select(Alert.id).where(Alert.removed_at < at - UNDO).limit(AT_ONCE)
    forget_alerts(session, SYSTEM, list(session.scalars(gone)), at=at)
