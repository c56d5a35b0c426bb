"""Forgetting what was told long ago: an event's body keeps the ids of people who may be gone."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, tuple_

from services.db import Session
from services.outbox.events import OutboxDelivery, OutboxEvent

KEPT = timedelta(days=30)
EVERY_S = 3600
AT_ONCE = 5000


def prune(session: Session, at: datetime) -> None:
    """Delete deliveries done thirty days ago, and events that old which nobody waits for.

    What is stuck stays, with its event, until an operator settled it. A part at a time: the
    next turn goes on.
    """
    done = (
        select(OutboxDelivery.event_seq, OutboxDelivery.subscriber)
        .where(OutboxDelivery.done_at < at - KEPT)
        .limit(AT_ONCE)
    )
    key = tuple_(OutboxDelivery.event_seq, OutboxDelivery.subscriber)
    session.execute(delete(OutboxDelivery).where(key.in_(done)), execution_options=UNSEEN)
    awaited = exists().where(OutboxDelivery.event_seq == OutboxEvent.seq)
    told = (
        select(OutboxEvent.seq)
        .where(OutboxEvent.fanned_out_at < at - KEPT, ~awaited)
        .limit(AT_ONCE)
    )
    session.execute(delete(OutboxEvent).where(OutboxEvent.seq.in_(told)), execution_options=UNSEEN)


UNSEEN = {"synchronize_session": False}
