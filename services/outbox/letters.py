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


class Pile(msgspec.Struct, frozen=True):
    """How many deliveries to one subscriber are stuck, and whether it still exists."""

    subscriber: str
    count: int
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


def piles(session: Session, known: Collection[str], *, at: datetime) -> list[Pile]:
    """Return how many deliveries are stuck for whom, most first."""
    count = func.count()
    rows = session.execute(
        select(OutboxDelivery.subscriber, count)
        .where(OutboxDelivery.done_at.is_(None), _stuck(known, at))
        .group_by(OutboxDelivery.subscriber)
        .order_by(count.desc(), OutboxDelivery.subscriber)
    )
    return [Pile(name, stuck, name in known) for name, stuck in rows]


def dead_letters(
    session: Session, known: Collection[str], *, at: datetime, limit: int = 200
) -> list[Letter]:
    """Return the newest deliveries that failed for good, or whose subscriber is not `known`."""
    rows = session.execute(
        select(OutboxDelivery, OutboxEvent.kind)
        .join(OutboxEvent, OutboxEvent.seq == OutboxDelivery.event_seq)
        .where(OutboxDelivery.done_at.is_(None), _stuck(known, at))
        .order_by(OutboxDelivery.due_at.desc(), OutboxDelivery.event_seq.desc())
        .limit(limit)
    )
    return [_letter(delivery, kind, known) for delivery, kind in rows]


def _stuck(known: Collection[str], at: datetime) -> ColumnElement[bool]:
    return or_(OutboxDelivery.dead_at.is_not(None), _unheard(known, at))


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
    _revive(session, *_named(letter_id), at=at)


def retry_all(session: Session, subscriber: str, *, at: datetime) -> int:
    """Give all dead deliveries to a subscriber a new round of tries, and return how many.

    Raises NotFoundError if there are none.
    """
    return _revive(session, OutboxDelivery.subscriber == subscriber, at=at)


def _revive(session: Session, *which: ColumnElement[bool], at: datetime) -> int:
    dead = OutboxDelivery.dead_at.is_not(None), OutboxDelivery.done_at.is_(None)
    again = {"dead_at": None, "tries": 0, "due_at": at}
    revived = session.connection().execute(
        update(OutboxDelivery).where(*which, *dead).values(again)
    )
    if not revived.rowcount:
        raise NotFoundError
    session.info["told"] = True
    return revived.rowcount


def discard(session: Session, letter_id: str, known: Collection[str], *, at: datetime) -> None:
    """Settle a delivery that nobody hears any more; raises NotFoundError where somebody would."""
    _settle(session, *_named(letter_id), known=known, at=at)


def discard_all(session: Session, subscriber: str, known: Collection[str], *, at: datetime) -> int:
    """Settle all that a subscriber who is gone was to hear, and return how many deliveries.

    Raises NotFoundError where it still exists, or none is stuck.
    """
    return _settle(session, OutboxDelivery.subscriber == subscriber, known=known, at=at)


def _settle(
    session: Session, *which: ColumnElement[bool], known: Collection[str], at: datetime
) -> int:
    gone = OutboxDelivery.subscriber.not_in(list(known)), OutboxDelivery.done_at.is_(None)
    settled = session.connection().execute(
        update(OutboxDelivery)
        .where(*which, _stuck(known, at), *gone)
        .values(done_at=at, lease=None, error=DISCARDED)
    )
    if not settled.rowcount:
        raise NotFoundError
    return settled.rowcount


def _named(letter_id: str) -> tuple[ColumnElement[bool], ...]:
    seq, _, subscriber = letter_id.partition("-")
    if not seq.isdecimal() or len(seq) > LONGEST_SEQ:
        raise NotFoundError
    return (OutboxDelivery.event_seq == int(seq), OutboxDelivery.subscriber == subscriber)
