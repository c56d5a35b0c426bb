"""Deliveries that arrive no more by themselves: seen by an operator, and settled on their word."""

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select, update

from services.db import Session
from services.errors import NotFoundError
from services.outbox.events import OutboxDelivery, OutboxEvent

# The digits of the largest number a database keeps in a row.
LONGEST_SEQ = 18


# Longer than processes of two versions ever run side by side: the newer may know the subscriber.
UNHEARD = timedelta(minutes=10)
DISCARDED = "discarded"


class Letter(msgspec.Struct, frozen=True):
    """A delivery that is stuck; `id` is "<event seq>-<subscriber>".

    `heard` says whether its subscriber still exists: if not, another try would change nothing.
    """

    id: str
    event: str
    subscriber: str
    tries: int
    error: str
    at: datetime
    heard: bool


class Backlog(msgspec.Struct, frozen=True):
    """What is still to be told: how much of it is due, since when at most (seconds), and stuck."""

    due: int
    oldest_s: float
    dead: int


def backlog(session: Session, *, at: datetime) -> Backlog:
    """Return what the outbox has still to tell, read from its index."""
    untold = OutboxDelivery.done_at.is_(None)
    due = select(func.count(), func.min(OutboxDelivery.due_at)).where(
        untold, OutboxDelivery.dead_at.is_(None), OutboxDelivery.due_at <= at
    )
    count, oldest = session.execute(due).one()
    dead = select(func.count()).where(untold, OutboxDelivery.dead_at.is_not(None))
    waited = (at - oldest).total_seconds() if oldest is not None else 0.0
    return Backlog(count, waited, session.scalar(dead) or 0)


def dead_letters(
    session: Session, known: Collection[str], *, at: datetime, limit: int = 200
) -> list[Letter]:
    """Return the newest deliveries that failed for good, or whose subscriber is not `known`."""
    stuck = or_(OutboxDelivery.dead_at.is_not(None), _unheard(known, at))
    rows = session.execute(
        select(OutboxDelivery, OutboxEvent.kind)
        .join(OutboxEvent, OutboxEvent.seq == OutboxDelivery.event_seq)
        .where(OutboxDelivery.done_at.is_(None), stuck)
        .order_by(OutboxDelivery.due_at.desc(), OutboxDelivery.event_seq.desc())
        .limit(limit)
    )
    return [_letter(delivery, kind, known) for delivery, kind in rows]


def _unheard(known: Collection[str], at: datetime) -> ColumnElement[bool]:
    return and_(
        OutboxDelivery.subscriber.not_in(list(known)), OutboxDelivery.due_at <= at - UNHEARD
    )


def _letter(d: OutboxDelivery, kind: str, known: Collection[str]) -> Letter:
    name = d.subscriber
    return Letter(
        f"{d.event_seq}-{name}", kind, name, d.tries, d.error or "", d.due_at, name in known
    )


def retry(session: Session, letter_id: str, *, at: datetime) -> None:
    """Give a dead delivery a new round of tries; raises NotFoundError if it is not dead."""
    revived = session.connection().execute(
        update(OutboxDelivery)
        .where(*_named(letter_id), OutboxDelivery.dead_at.is_not(None))
        .values(dead_at=None, tries=0, due_at=at)
    )
    if revived.rowcount != 1:
        raise NotFoundError
    session.info["told"] = True


def discard(session: Session, letter_id: str, known: Collection[str], *, at: datetime) -> None:
    """Settle a delivery that nobody hears any more; raises NotFoundError where somebody would."""
    stuck = or_(OutboxDelivery.dead_at.is_not(None), OutboxDelivery.due_at <= at - UNHEARD)
    settled = session.connection().execute(
        update(OutboxDelivery)
        .where(*_named(letter_id), stuck, OutboxDelivery.subscriber.not_in(list(known)))
        .values(done_at=at, lease=None, error=DISCARDED)
    )
    if settled.rowcount != 1:
        raise NotFoundError


def _named(letter_id: str) -> tuple[ColumnElement[bool], ...]:
    seq, _, subscriber = letter_id.partition("-")
    if not seq.isdecimal() or len(seq) > LONGEST_SEQ:
        raise NotFoundError
    return (
        OutboxDelivery.event_seq == int(seq),
        OutboxDelivery.subscriber == subscriber,
        OutboxDelivery.done_at.is_(None),
    )
