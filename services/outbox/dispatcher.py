"""Tells each subscriber each event at least once, whatever dies in between."""

import logging
import secrets
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Engine, bindparam, insert, select, update

from services import clock
from services.db import Session, reading_session, unit_of_work
from services.errors import DomainError
from services.outbox.events import OutboxDelivery, OutboxEvent, ring_at_commit
from services.outbox.subscriptions import Subscriptions
from services.outbox.waits import LOOK_EVERY, OPEN, TRIES, lease_after, put_right, wait_before

log = logging.getLogger(__name__)
BATCH = 200
NEVER_ENDED = "NeverEnded"

FIRST_NEW = select(OutboxEvent.seq).where(OutboxEvent.fanned_out_at.is_(None)).limit(1)
FIRST_DUE = (
    select(OutboxDelivery, OutboxEvent.body)
    .join(OutboxEvent, OutboxEvent.seq == OutboxDelivery.event_seq)
    .where(*OPEN, OutboxDelivery.due_at <= bindparam("now"))
    .where(OutboxDelivery.subscriber.in_(bindparam("known", expanding=True)))
    .order_by(OutboxDelivery.lane, OutboxDelivery.due_at, OutboxDelivery.event_seq)
    .limit(1)
)
THIS = update(OutboxDelivery).where(
    OutboxDelivery.event_seq == bindparam("this_seq"),
    OutboxDelivery.subscriber == bindparam("this_name"),
)
CLAIM = THIS.where(OutboxDelivery.tries == bindparam("tried"), *OPEN)
FINISH = THIS.where(OutboxDelivery.lease == bindparam("held"))


class LeaseLostError(Exception):
    """Another worker holds the delivery now; what was done here is undone."""


class Dispatcher:
    """Any number of these may run, in any number of processes, on one database."""

    def __init__(self, engine: Engine, subscriptions: Subscriptions) -> None:
        self.engine = engine
        self.subscriptions = subscriptions
        self._looked_at: datetime | None = None

    def drain(self) -> int:
        """Deliver all that is due now; return how many deliveries were tried."""
        tried = 0
        while True:
            self.fan_out(clock.now())
            if not self.deliver_one(clock.now()):
                return tried
            tried += 1

    def fan_out(self, now: datetime) -> int:
        """Turn every new event into one delivery for each subscriber; return how many events."""
        self._put_right(now)
        with reading_session(self.engine) as session:
            if session.scalar(FIRST_NEW) is None:
                return 0
        with unit_of_work(self.engine) as session:
            return self._fan_out(session, now)

    def _put_right(self, now: datetime) -> None:
        """Put right what a clock put off that was ahead: at first, each minute, and if it was ours.

        Not at each claim: that one reads what is due off its index, and nothing else.
        """
        looked_at, self._looked_at = self._looked_at, now
        if looked_at is not None and looked_at <= now < looked_at + LOOK_EVERY:
            self._looked_at = looked_at
        elif righted := put_right(self.engine, self.subscriptions, now):
            log.warning(
                "%s deliveries were put off for longer than can be: was a clock ahead?", righted
            )

    def _fan_out(self, session: Session, now: datetime) -> int:
        new = (
            select(OutboxEvent)
            .where(OutboxEvent.fanned_out_at.is_(None))
            .order_by(OutboxEvent.seq)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        events = session.scalars(new).all()
        rows = []
        for event in events:
            event.fanned_out_at = now
            # Whoever recorded it may have a clock that was ahead.
            happened_at = min(event.recorded_at, now)
            for subscriber in self.subscriptions.to(event.kind):
                rows.append(
                    {
                        "event_seq": event.seq,
                        "subscriber": subscriber.name,
                        "lane": subscriber.lane,
                        "due_at": happened_at + timedelta(seconds=subscriber.after_s),
                    }
                )
        if rows:
            session.execute(insert(OutboxDelivery), rows)
            # A loop that looked meanwhile skipped the locked event and saw no delivery yet.
            ring_at_commit(session)
        return len(events)

    def deliver_one(self, now: datetime) -> bool:
        """Claim the first due delivery, emergencies first, and run it; False if none is due."""
        claimed = self._claim(now)
        if claimed is None:
            return False
        seq, name, body, lease = claimed
        if lease == "":
            return True
        try:
            with unit_of_work(self.engine) as session:
                self._tell(session, name, body)
                self._finish(session, seq, name, lease)
        except LeaseLostError:
            log.warning("delivery %s to %s was taken over", seq, name)
        except Exception as error:
            log.warning("delivery %s to %s failed: %s", seq, name, _safe(error))
            self._put_back(seq, name, lease, error, now)
        return True

    def _claim(self, now: datetime) -> tuple[int, str, bytes, str] | None:
        asked = {"now": now, "known": list(self.subscriptions.by_name)}
        with reading_session(self.engine) as session:
            found = session.execute(FIRST_DUE, asked).first()
        if found is None:
            return None
        row, body = found
        lease = "" if row.tries >= TRIES else secrets.token_hex(16)
        this = {"this_seq": row.event_seq, "this_name": row.subscriber, "tried": row.tries}
        with unit_of_work(self.engine) as session:
            claim = session.connection().execute(CLAIM, this | _claimed(row, lease, now))
        return row.event_seq, row.subscriber, body, lease if claim.rowcount == 1 else ""

    def _tell(self, session: Session, name: str, body: bytes) -> None:
        subscriber = self.subscriptions.by_name[name]
        subscriber.handle(session, msgspec.json.decode(body, type=subscriber.event))

    def _finish(self, session: Session, seq: int, name: str, lease: str) -> None:
        session.flush()
        this = {"this_seq": seq, "this_name": name, "held": lease}
        now = {"done_at": clock.now(), "lease": None, "error": None}
        done = session.connection().execute(FINISH, this | now)
        if done.rowcount != 1:
            raise LeaseLostError

    def _put_back(self, seq: int, name: str, lease: str, error: Exception, now: datetime) -> None:
        with unit_of_work(self.engine) as session:
            row = session.get(OutboxDelivery, (seq, name))
            if row is None or row.lease != lease:
                return
            row.lease = None
            row.error = _safe(error)
            row.due_at = now + wait_before(row.tries)
            row.dead_at = now if row.tries >= TRIES else None


def _claimed(row: OutboxDelivery, lease: str, now: datetime) -> dict[str, object]:
    """Return what a claim changes. A lease that is still there lapsed: its worker died or hung.

    That was a try like any other. Without a new `lease` it was the last one.
    """
    error = NEVER_ENDED if row.lease else row.error
    if not lease:
        log.warning("delivery %s to %s is given up", row.event_seq, row.subscriber)
        return {"dead_at": now, "lease": None, "error": error}
    return {
        "tries": row.tries + 1,
        "due_at": now + lease_after(row.tries),
        "lease": lease,
        "error": error,
    }


def _safe(error: Exception) -> str:
    """Name a failure without its message, which may quote a person's words."""
    return error.code if isinstance(error, DomainError) else type(error).__name__
