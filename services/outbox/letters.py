"""Deliveries that failed for good: seen by an operator, and tried again on their word."""

from datetime import datetime

import msgspec
from sqlalchemy import select, update

from services.db import Session
from services.errors import NotFoundError
from services.outbox.events import OutboxDelivery, OutboxEvent

# The digits of the largest number a database keeps in a row.
LONGEST_SEQ = 18


class Letter(msgspec.Struct, frozen=True):
    """A dead delivery; `id` is "<event seq>-<subscriber>"."""

    id: str
    event: str
    subscriber: str
    tries: int
    error: str
    at: datetime


def dead_letters(session: Session, *, limit: int = 200) -> list[Letter]:
    """Return the newest dead deliveries first."""
    rows = session.execute(
        select(OutboxDelivery, OutboxEvent.kind)
        .join(OutboxEvent, OutboxEvent.seq == OutboxDelivery.event_seq)
        .where(OutboxDelivery.done_at.is_(None), OutboxDelivery.dead_at.is_not(None))
        .order_by(OutboxDelivery.dead_at.desc())
        .limit(limit)
    )
    return [
        Letter(
            f"{d.event_seq}-{d.subscriber}", kind, d.subscriber, d.tries, d.error or "", d.due_at
        )
        for d, kind in rows
    ]


def retry(session: Session, letter_id: str, *, at: datetime) -> None:
    """Give a dead delivery a new round of tries; raises NotFoundError if it is not dead."""
    seq, _, subscriber = letter_id.partition("-")
    if not seq.isdecimal() or len(seq) > LONGEST_SEQ:
        raise NotFoundError
    revived = session.connection().execute(
        update(OutboxDelivery)
        .where(OutboxDelivery.event_seq == int(seq), OutboxDelivery.subscriber == subscriber)
        .where(OutboxDelivery.dead_at.is_not(None), OutboxDelivery.done_at.is_(None))
        .values(dead_at=None, tries=0, due_at=at)
    )
    if revived.rowcount != 1:
        raise NotFoundError
    session.info["told"] = True
