"""What each room was told, kept so that a page that slept can ask for what it missed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Index, String, delete, event, func, or_, select
from sqlalchemy.orm import SessionTransaction, mapped_column

from services import clock
from services.db import Base, Mapped, Session
from services.db.savepoints import within

KEPT = timedelta(hours=1)
MOST = 200
# Rows may become visible out of order of their numbers. A nudge is given by a delivery, whose
# lease ends after 30 seconds: what is older than that is visible, or never will be.
OVERLAP = timedelta(seconds=30)

Told = tuple[str, int, dict[str, Any]]
listeners: list[Callable[[list[Told]], None]] = []


class RealtimeChange(Base):
    __tablename__ = "realtime_change"
    __table_args__ = (Index(None, "room", "seq"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    room: Mapped[str] = mapped_column(String(60))
    item: Mapped[bytes]
    at: Mapped[datetime] = mapped_column(index=True)


def nudge(session: Session, room: str, item: dict[str, Any]) -> None:
    """Tell a room, once the surrounding transaction commits; `item` holds no personal datum."""
    row = RealtimeChange(room=room, item=msgspec.json.encode(item), at=clock.now())
    session.add(row)
    session.flush()
    inside = session.get_nested_transaction() or session.get_transaction()
    session.info.setdefault("nudges", []).append((inside, (room, row.seq, item)))


@event.listens_for(Session, "after_commit")
def _tell(session: Any) -> None:
    if session.in_nested_transaction():
        return
    told = [one for _, one in session.info.pop("nudges", [])]
    for listener in listeners if told else ():
        listener(told)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, undone: SessionTransaction) -> None:
    """Forget what a savepoint told with it, and all with the whole.

    A flush that failed is told as well: what surrounds it is undone next, and only then told.
    """
    told = session.info.pop("nudges", [])
    if undone.parent is not None:
        session.info["nudges"] = [one for one in told if not within(one[0], undone)]


def newest(session: Session) -> int:
    """Return the cursor of now."""
    return session.scalar(select(func.max(RealtimeChange.seq))) or 0


def missed_after(session: Session, room: str, cursor: int) -> list[dict[str, Any]] | None:
    """Return what a room was told after `cursor`; None if it is too long ago or too much to say.

    Some of it may have been heard before: each item carries its number as `seq`. A cursor beyond
    the newest is a page's own invention, and may be more than a database can hold.
    """
    cursor = min(cursor, newest(session))
    oldest = session.scalar(select(func.min(RealtimeChange.seq)))
    if oldest is not None and cursor + 1 < oldest:
        return None
    known = RealtimeChange.seq <= cursor
    order = RealtimeChange.seq.desc()
    heard = session.scalar(select(RealtimeChange.at).where(known).order_by(order).limit(1))
    later: ColumnElement[bool] = RealtimeChange.seq > cursor
    if heard is not None:
        later = or_(later, RealtimeChange.at > heard - OVERLAP)
    return _told(session, room, later)


def missed_since(session: Session, room: str, at: datetime) -> list[dict[str, Any]] | None:
    """Return what a room was told since `at`, when the page was drawn; None as above."""
    if at < clock.now() - KEPT:
        return None
    return _told(session, room, RealtimeChange.at > at - OVERLAP)


def _told(session: Session, room: str, later: ColumnElement[bool]) -> list[dict[str, Any]] | None:
    rows = session.scalars(
        select(RealtimeChange)
        .where(RealtimeChange.room == room, later)
        .order_by(RealtimeChange.seq)
        .limit(MOST + 1)
    ).all()
    if len(rows) > MOST:
        return None
    return [msgspec.json.decode(row.item) | {"seq": row.seq} for row in rows]


def sweep(session: Session, at: datetime) -> None:
    """Forget what is older than an hour, but keep the newest row: cursors never go back."""
    top = newest(session)
    old = RealtimeChange.at < at - KEPT
    session.execute(delete(RealtimeChange).where(old, RealtimeChange.seq < top))
