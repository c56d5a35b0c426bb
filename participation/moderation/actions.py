"""What an operator does about deliveries that failed."""

from datetime import datetime

from services import audit, outbox
from services.auth import Actor
from services.db import Session


def retry_letter(session: Session, actor: Actor, letter_id: str, *, at: datetime) -> None:
    """Give a dead delivery a new round of tries; raises NotFoundError if it is not dead."""
    outbox.retry(session, letter_id, at=at)
    audit.record(session, actor.id, "retry_delivery", "delivery", letter_id[:80], at=at)
