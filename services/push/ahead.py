"""Notices that were put off by a clock that was ahead: they would ring as late as it was wrong."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, update

from services.clock import SKEW
from services.db import Session
from services.push.models import PushMessage
from services.push.post import CLASSES

log = logging.getLogger(__name__)
EVERY_S = 60
# Quiet hours end within a day, which may be the longer one of the year.
LONGEST_QUIET = timedelta(hours=25)


def put_right(session: Session, at: datetime) -> None:
    """Let what waits for longer than it can be due at once, and warn of it."""
    beyond = or_(*(_beyond(name, at + SKEW) for name in CLASSES))
    wrong = update(PushMessage).where(
        PushMessage.state == "waiting", PushMessage.due_at > at + SKEW, beyond
    )
    if righted := session.connection().execute(wrong.values(due_at=at)).rowcount:
        log.warning("%s notices were put off for longer than can be: was a clock ahead?", righted)
        session.info["noticed"] = True


def _beyond(name: str, at: datetime) -> ColumnElement[bool]:
    """Return what is true of notices of a class that cannot be due so late.

    One that was tried waits for its push service, no longer than it lives; one that was not waits
    for the end of quiet hours, if its class does, or for nothing.
    """
    how = CLASSES[name]
    quiet = LONGEST_QUIET if how.waits else timedelta(0)
    lives = max(quiet, timedelta(seconds=how.ttl_s))
    new = and_(PushMessage.tries == 0, PushMessage.due_at > at + quiet)
    return and_(PushMessage.urgency_class == name, or_(new, PushMessage.due_at > at + lives))
