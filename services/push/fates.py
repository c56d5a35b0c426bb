"""What becomes of a notice, and of the browser it was for, once a push service has answered."""

import logging
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Update, update

from services.db import Session
from services.push import counters, gone
from services.push.models import PushMessage, PushSubscription
from services.push.post import CLASSES, Verdict

log = logging.getLogger(__name__)
CHANCE = secrets.SystemRandom()
NEVER_WORKED = 5
# What was never asked of the push service is asked again in about this long.
SOON_S = 2.0


def heed(
    session: Session,
    message: PushMessage,
    where: PushSubscription | None,
    verdict: Verdict,
    at: datetime,
) -> None:
    """Write down what an answer means; `where` is None for a browser that is gone."""
    if verdict.fate == "again":
        _again(session, message, verdict, at)
        return
    state = "accepted" if verdict.fate == "accepted" else "dead"
    settle(session, message.id, state=state, error=verdict.error)
    if where is None:
        return
    if verdict.fate == "gone":
        _reap(session, where, at)
    elif verdict.fate == "refused":
        _count_refusal(session, where, at)
    elif where.failures:
        session.execute(_one(where).values(failures=0))


def _again(session: Session, message: PushMessage, verdict: Verdict, at: datetime) -> None:
    if verdict.well is None:
        _untried(session, message, verdict, at)
        return
    how = CLASSES[message.urgency_class]
    wait = verdict.wait_s
    if wait is None:
        wait = CHANCE.uniform(0.5, min(2.0**message.tries, how.longest_wait_s))
    if message.tries >= how.tries or wait > how.ttl_s:
        settle(session, message.id, state="dead", error=verdict.error)
        return
    later = at + timedelta(seconds=wait)
    session.execute(waiting_still(message.id).values(due_at=later, error=verdict.error))


def _untried(session: Session, message: PushMessage, verdict: Verdict, at: datetime) -> None:
    """The push service saw nothing of it: it costs no try.

    One is kept, for what was claimed once is older than what was not.
    """
    later = at + timedelta(seconds=CHANCE.uniform(SOON_S / 2, SOON_S))
    tries = max(1, message.tries - 1)
    session.execute(
        waiting_still(message.id).values(due_at=later, tries=tries, error=verdict.error)
    )


def _count_refusal(session: Session, where: PushSubscription, at: datetime) -> None:
    """A browser that never showed anything and is refused five times is none."""
    if where.failures + 1 >= NEVER_WORKED and where.last_receipt_at is None:
        _reap(session, where, at)
    else:
        session.execute(_one(where).values(failures=PushSubscription.failures + 1))


def _reap(session: Session, where: PushSubscription, at: datetime) -> None:
    if gone.reap(session, where, at):
        counters.REAPED.inc()
        log.info("a browser that is gone is told no more")


def settle(session: Session, key: UUID, *, state: str, error: str | None) -> None:
    session.execute(waiting_still(key).values(state=state, error=error, body=b""))


def waiting_still(key: UUID) -> Update:
    """A browser's receipt may overtake the push service's answer: what is shown stays shown."""
    return update(PushMessage).where(PushMessage.id == key, PushMessage.state == "waiting")


def _one(where: PushSubscription) -> Update:
    return update(PushSubscription).where(PushSubscription.id == where.id)
