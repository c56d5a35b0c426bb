"""How long a delivery waits at most; what waits longer was put off by a clock that was ahead."""

from datetime import datetime, timedelta

from sqlalchemy import Case, ColumnElement, Engine, case, literal, select, update

from services.clock import SKEW
from services.db import reading_session, unit_of_work
from services.outbox.events import OutboxDelivery
from services.outbox.subscriptions import RANK, Subscriptions

LEASE = timedelta(seconds=30)
TRIES = 8
LONGEST_WAIT_S = 600
LOOK_EVERY = timedelta(minutes=1)

OPEN = OutboxDelivery.done_at.is_(None), OutboxDelivery.dead_at.is_(None)


def lease_after(tries: int) -> timedelta:
    """Return how long a delivery that was tried `tries` times is held.

    Each lease is twice as long as the one before, so that work that takes minutes is done by one
    of them in the end.
    """
    return LEASE * (1 << tries)


def wait_before(tries: int) -> timedelta:
    """Return the wait after the `tries`-th failure: 1, 2, 4 ... seconds, ten minutes at most."""
    return timedelta(seconds=min(2 ** (tries - 1), LONGEST_WAIT_S))


def beyond(subscriptions: Subscriptions, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of the deliveries that wait for longer than they can.

    With a bound of each lane that the index knows: only what is not due soon is looked at.
    """
    return (
        *OPEN,
        OutboxDelivery.lane.in_(list(RANK.values())),
        OutboxDelivery.due_at > now + SKEW,
        OutboxDelivery.due_at > _put_off(subscriptions, now + SKEW),
    )


def put_right(engine: Engine, subscriptions: Subscriptions, now: datetime) -> int:
    """Let what waits for longer than it can wait as if it were put off `now`; return how many.

    What is held stays held for as long as a lease lasts: its worker may still be at it.
    """
    wrong = beyond(subscriptions, now)
    with reading_session(engine) as session:
        if session.scalar(select(OutboxDelivery.event_seq).where(*wrong).limit(1)) is None:
            return 0
    righted = update(OutboxDelivery).where(*wrong).values(due_at=_put_off(subscriptions, now))
    with unit_of_work(engine) as session:
        return session.connection().execute(righted).rowcount


def _put_off(subscriptions: Subscriptions, now: datetime) -> Case[datetime]:
    """Return when each delivery is due that is claimed, put back or fanned out `now`."""
    tries, kind = OutboxDelivery.tries, OutboxDelivery.due_at.type
    tried = range(1, TRIES + 1)
    held = {n: literal(now + lease_after(n - 1), kind) for n in tried}
    back = {n: literal(now + wait_before(n), kind) for n in tried}
    later = [
        (OutboxDelivery.subscriber == one.name, literal(now + timedelta(seconds=one.after_s), kind))
        for one in subscriptions.by_name.values()
        if one.after_s
    ]
    return case(
        (OutboxDelivery.lease.is_not(None), case(held, value=tries)),
        (tries > 0, case(back, value=tries)),
        *later,
        else_=literal(now, kind),
    )
