"""What an operator does about deliveries that failed."""

from collections.abc import Collection
from datetime import datetime

from services import audit, outbox
from services.auth import Actor
from services.db import Session


def retry_letter(session: Session, actor: Actor, letter_id: str, *, at: datetime) -> None:
    """Give a dead delivery a new round of tries; raises NotFoundError if it is not dead."""
    outbox.retry(session, letter_id, at=at)
    audit.record(session, actor.id, "retry_delivery", "delivery", letter_id[:80], at=at)


def discard_letter(
    session: Session, actor: Actor, letter_id: str, heard: Collection[str], *, at: datetime
) -> None:
    """Settle a delivery that none of those who are `heard` takes; NotFoundError if one would."""
    outbox.discard(session, letter_id, heard, at=at)
    audit.record(session, actor.id, "discard_delivery", "delivery", letter_id[:80], at=at)


def retry_letters(session: Session, actor: Actor, subscriber: str, *, at: datetime) -> None:
    """Give all dead deliveries to a subscriber new tries; NotFoundError where none is dead."""
    count = outbox.retry_all(session, subscriber, at=at)
    _record_all(session, actor, "retry_deliveries", subscriber, count, at)


def discard_letters(
    session: Session, actor: Actor, subscriber: str, heard: Collection[str], *, at: datetime
) -> None:
    """Settle all that a subscriber who is gone was to hear; NotFoundError if it is `heard`."""
    count = outbox.discard_all(session, subscriber, heard, at=at)
    _record_all(session, actor, "discard_deliveries", subscriber, count, at)


def _record_all(
    session: Session, actor: Actor, verb: str, subscriber: str, count: int, at: datetime
) -> None:
    told = {"count": str(count)}
    audit.record(session, actor.id, verb, "delivery", subscriber[:80], at=at, detail=told)
