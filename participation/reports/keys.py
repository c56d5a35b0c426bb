"""Keys with which other systems may tell us of problems; of a key only its hash is stored."""

import hashlib
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import String, select
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped, Session


class Open311Key(Base):
    """A key of one outside system. `token_hash` is SHA-256 in hex of a random token."""

    __tablename__ = "open311_key"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class KeyRow(msgspec.Struct, frozen=True):
    """A key as it stands in the console; the token itself is known to its holder alone."""

    id: UUID
    name: str
    made_at: datetime
    revoked_at: datetime | None


def hash_of(token: str) -> str:
    """Return what is stored of a token: it is random and long, so one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def key_of(session: Session, token: str) -> KeyRow | None:
    """Return the key that `token` opens; None for an unknown or a revoked one."""
    row = session.scalar(select(Open311Key).where(Open311Key.token_hash == hash_of(token)))
    if row is None or row.revoked_at is not None:
        return None
    return KeyRow(row.id, row.name, row.made_at, row.revoked_at)


def all_keys(session: Session) -> list[KeyRow]:
    """Return every key, newest first."""
    rows = session.scalars(select(Open311Key).order_by(Open311Key.made_at.desc(), Open311Key.id))
    return [KeyRow(r.id, r.name, r.made_at, r.revoked_at) for r in rows]
