"""Proving the whole trail a part at a time, again and again; pages read what was found and when."""

from datetime import datetime

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import mapped_column

from services.audit.trail import FIRST, ONE, AuditEntry, AuditHead, digest_of
from services.db import Base, Mapped, Session, reading_session

EVERY_S = 60
AT_ONCE = 5000


class AuditCheck(Base):
    """The one row of the check: how far the pass is, and what the last whole one found."""

    __tablename__ = "audit_check"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    begun_at: Mapped[datetime]
    seq: Mapped[int]
    count: Mapped[int]
    digest: Mapped[str]
    checked_at: Mapped[datetime | None]
    checked_count: Mapped[int]
    intact: Mapped[bool | None]


class Checked(msgspec.Struct, frozen=True):
    """What the last whole pass found: `count` acts, as they stood when it ended `at`."""

    intact: bool
    count: int
    at: datetime


class _Reached(msgspec.Struct):
    """How far a pass came; `intact` is None while it goes on."""

    seq: int = 0
    count: int = 0
    digest: str = FIRST
    intact: bool | None = None


def checked(session: Session) -> Checked | None:
    """Return what the last whole pass found; None before the first. Reads one row."""
    row = session.get(AuditCheck, ONE)
    if row is None or row.checked_at is None or row.intact is None:
        return None
    return Checked(row.intact, row.checked_count, row.checked_at)


def check_on(session: Session, at: datetime) -> None:
    """Prove the next part of the trail; at its end note what was found, and begin again.

    Reading and proving need no writer's turn: only the note does.
    """
    bound = session.get_bind()
    assert isinstance(bound, Engine)
    with reading_session(bound) as reading:
        before = reading.get(AuditCheck, ONE)
        reached = _Reached(before.seq, before.count, before.digest) if before else _Reached()
        _prove(reading, reached)
    row = session.get(AuditCheck, ONE)
    if row is None:
        row = AuditCheck(id=ONE, begun_at=at, checked_count=0, seq=0, count=0, digest=FIRST)
        session.add(row)
    if reached.intact is not None:
        row.intact, row.checked_at, row.checked_count = reached.intact, at, reached.count
        row.begun_at, reached = at, _Reached()
    row.seq, row.count, row.digest = reached.seq, reached.count, reached.digest


def _prove(session: Session, reached: _Reached) -> None:
    """Go on from where the pass is, to the head as it stands now at the furthest."""
    head = session.get(AuditHead, ONE) or AuditHead(count=0, digest=FIRST)
    wanted, digest = head.count, head.digest
    rows = select(AuditEntry).where(AuditEntry.seq > reached.seq).order_by(AuditEntry.seq)
    for entry in session.scalars(rows.limit(AT_ONCE)).all():
        if reached.count >= wanted:
            reached.intact = _appended_since(session, wanted) and reached.digest == digest
            return
        if entry.digest != digest_of(reached.digest, entry):
            reached.intact = False
            return
        reached.seq, reached.digest = entry.seq, entry.digest
        reached.count += 1
    more = select(AuditEntry.seq).where(AuditEntry.seq > reached.seq).limit(1)
    if reached.count >= wanted or session.scalar(more) is None:
        reached.intact = (reached.count, reached.digest) == (wanted, digest)


def _appended_since(session: Session, wanted: int) -> bool:
    """Say whether an act beyond the head came the proper way: then the head went on too."""
    session.expire_all()
    head = session.get(AuditHead, ONE)
    return head is not None and head.count > wanted
