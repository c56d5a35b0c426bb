"""Events, their rows, and the wake-up at commit."""

import threading
import weakref
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import ForeignKey, Index, String, event
from sqlalchemy.orm import mapped_column

from services.db import Base, Mapped, Session, insert_many


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened. Subclasses name it in the past tense and never change shape."""

    kind: ClassVar[str]


class OutboxEvent(Base):
    __tablename__ = "outbox_event"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(60))
    body: Mapped[bytes]
    recorded_at: Mapped[datetime]
    fanned_out_at: Mapped[datetime | None] = mapped_column(index=True)


class OutboxDelivery(Base):
    """One subscriber's copy of an event: `lane` 0 is the emergency lane."""

    __tablename__ = "outbox_delivery"
    __table_args__ = (Index(None, "done_at", "dead_at", "lane", "due_at"),)

    event_seq: Mapped[int] = mapped_column(ForeignKey("outbox_event.seq"), primary_key=True)
    subscriber: Mapped[str] = mapped_column(String(160), primary_key=True)
    lane: Mapped[int] = mapped_column(default=1)
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(32))
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(300))


class Bell:
    """Rung at each commit that has something to tell.

    Whoever works waits on an ear of their own: one flag for all would be lowered by the first
    that wakes, before another that was busy had seen it.
    """

    def __init__(self) -> None:
        self._ears: tuple[weakref.ref[threading.Event], ...] = ()

    def ear(self) -> threading.Event:
        """Return an event that is set at each ring, for as long as someone holds it."""
        ear = threading.Event()
        self._ears = (*(one for one in self._ears if one() is not None), weakref.ref(ear))
        return ear

    def ring(self) -> None:
        for one in self._ears:
            if (ear := one()) is not None:
                ear.set()


committed = Bell()


def publish(session: Session, event: Event, *, at: datetime) -> None:
    """Record an event; it is told only if the surrounding transaction commits."""
    session.add(OutboxEvent(kind=event.kind, body=msgspec.json.encode(event), recorded_at=at))
    ring_at_commit(session)


def publish_all(session: Session, events: Sequence[Event], *, at: datetime) -> None:
    """Record many events as `publish` does one: at once, for thousands may be told of one thing."""
    if not events:
        return
    publish_again(session, [(e.kind, msgspec.json.encode(e)) for e in events], at=at)


def publish_again(session: Session, told: Sequence[tuple[str, bytes]], *, at: datetime) -> None:
    """Record events that somebody kept, each by its kind and its body, as if they were of now."""
    # What was published before comes before.
    session.flush()
    rows = [{"body": body, "kind": kind, "recorded_at": at} for kind, body in told]
    insert_many(session, OutboxEvent, rows)
    ring_at_commit(session)


def ring_at_commit(session: Session) -> None:
    """Wake whoever delivers as soon as the surrounding transaction commits."""
    session.info["told"] = True


@event.listens_for(Session, "after_commit")
def _wake(session: Any) -> None:
    # A savepoint commits to its surroundings alone: nobody else sees anything yet.
    if not session.in_nested_transaction() and session.info.pop("told", False):
        committed.ring()
