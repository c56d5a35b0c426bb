"""The trail's table, the one way to append to it, and the ways to read and prove it."""

import hashlib
import re
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import Self
from uuid import UUID

import msgspec
from sqlalchemy import String, event, select
from sqlalchemy.orm import SessionTransaction, mapped_column

from services.db import Base, Mapped, Session
from services.db.savepoints import within

FIRST = "0" * 64
PENDING = "acts"
ONE = 1
DIGEST = re.compile("[0-9a-f]{64}")
_CHAIN_LOCK = 0x6D61_6461


class AuditEntry(Base):
    """One act. `digest` covers the row and the digest before it."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    verb: Mapped[str] = mapped_column(String(60), index=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    ref: Mapped[str] = mapped_column(String(80), index=True)
    detail: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The one row that says how many acts there are and what the newest digest is."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class Head(msgspec.Struct, frozen=True):
    """How many acts there are, and the digest of the newest; in text `count:digest`."""

    count: int
    digest: str

    def __str__(self) -> str:
        return f"{self.count}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the head that `text` names; raises ValueError if it names none."""
        count, _, digest = text.strip().lower().partition(":")
        if not count.isascii() or not count.isdigit() or not DIGEST.fullmatch(digest):
            raise ValueError("a head is COUNT:DIGEST, as `flask audit verify` prints it")
        return cls(int(count), digest)


NEWEST = select(AuditEntry.digest).order_by(AuditEntry.seq.desc()).limit(1)
NOTHING = Head(0, FIRST)


def record(
    session: Session,
    actor_id: UUID | None,
    verb: str,
    kind: str,
    ref: str,
    *,
    at: datetime,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Append an act within the surrounding transaction; `detail` holds no personal datum.

    The chain is extended at the commit itself: held earlier, it would make every writer wait
    for the slowest one, and two that also want one another's rows would never end.
    """
    body = msgspec.json.encode(dict(sorted((detail or {}).items()))).decode()
    entry = AuditEntry(at=at, actor_id=actor_id, verb=verb, kind=kind, ref=ref, detail=body)
    inside = session.get_nested_transaction() or session.get_transaction() or session.begin()
    session.info.setdefault(PENDING, []).append((inside, entry))


@event.listens_for(Session, "before_commit")
def _extend_at_commit(session: Session) -> None:
    if not session.in_nested_transaction():
        extend(session)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, undone: SessionTransaction) -> None:
    """What was undone was not done: a savepoint takes its own acts along, the whole takes all.

    A flush that failed is told as well: what surrounds it is undone next, and only then told.
    """
    acts = session.info.pop(PENDING, [])
    if undone.parent is not None:
        session.info[PENDING] = [act for act in acts if not within(act[0], undone)]


def extend(session: Session) -> None:
    """Write the acts that wait, each upon the one before."""
    acts = session.info.pop(PENDING, [])
    if not acts:
        return
    session.flush()
    _hold_chain(session)
    kept = session.get(AuditHead, ONE, populate_existing=True)
    if kept is None:
        session.add(kept := AuditHead(id=ONE, count=0, digest=FIRST))
    before = session.scalar(NEWEST) or FIRST
    # A head that stands elsewhere shows that the trail was cut: it is never brought into line.
    follows = before == kept.digest
    for _, entry in acts:
        before = entry.digest = digest_of(before, entry)
        # The numbers follow the order in which they are added, in however few statements.
        session.add(entry)
    session.flush()
    kept.count += len(acts)
    kept.digest = (
        before if follows else hashlib.sha256(f"{kept.digest}{before}".encode()).hexdigest()
    )
    session.flush()


def _hold_chain(session: Session) -> None:
    """Let one writer at a time extend the chain; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock({_CHAIN_LOCK})")


def digest_of(before: str, entry: AuditEntry) -> str:
    parts = (
        before,
        entry.at.isoformat(),
        str(entry.actor_id or ""),
        entry.verb,
        entry.kind,
        entry.ref,
        entry.detail,
    )
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def head(session: Session) -> Head:
    """Return how many acts there are and the newest digest, to be kept elsewhere."""
    extend(session)
    kept = session.get(AuditHead, ONE, populate_existing=True)
    return Head(kept.count, kept.digest) if kept else Head(0, FIRST)


def intact(session: Session, remembered: Head = NOTHING) -> bool:
    """Say whether every row still stands as it was written, in its place, to the very last.

    The kept head tells that the newest rows are gone. Who can rewrite the whole trail and its
    head is found by a `remembered` head, which stands where they cannot write.
    """
    extend(session)
    before, count, reached = FIRST, 0, remembered == NOTHING
    rows = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=1000)
    with closing(session.scalars(rows)) as entries:
        for entry in entries:
            if entry.digest != digest_of(before, entry):
                return False
            before, count = entry.digest, count + 1
            reached = reached or Head(count, before) == remembered
            session.expunge(entry)
    return reached and head(session) == Head(count, before)


def _refuse(*_args: object) -> None:
    raise RuntimeError("the audit trail is append-only")


event.listen(AuditEntry, "before_update", _refuse)
event.listen(AuditEntry, "before_delete", _refuse)
