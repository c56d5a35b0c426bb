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
