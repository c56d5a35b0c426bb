"""Keys with which other systems may tell us of problems; of a key only its hash is stored."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import String, select
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped, Session
from services.tokens import hash_of

WRITE, READ_UPDATES = "write", "read-updates"
# What a key may be for: to pass on reports and updates, and to read all answers to its own ones.
SCOPES = (READ_UPDATES, WRITE)


class Open311Key(Base):
    """A key of one outside system. `token_hash` is SHA-256 in hex of a random token.

    `scopes` and `categories` are lists with commas; no category means all of them.
    """

    __tablename__ = "open311_key"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    scopes: Mapped[str] = mapped_column(String(80), default=",".join(SCOPES))
    categories: Mapped[str] = mapped_column(String(300), default="")


class KeyRow(msgspec.Struct, frozen=True):
    """A key as it stands in the console; the token itself is known to its holder alone."""

    id: UUID
    name: str
    made_at: datetime
    revoked_at: datetime | None
    scopes: frozenset[str] = frozenset(SCOPES)
    categories: frozenset[str] = frozenset()

    def may(self, scope: str, category: str | None = None) -> bool:
        """Say whether the key is for `scope`, and for a category if one is given."""
        for_all = category is None or not self.categories
        return scope in self.scopes and (for_all or category in self.categories)


class KeyScope(msgspec.Struct, frozen=True):
    """What a new key is for; no category means all of them."""

    scopes: tuple[str, ...] = SCOPES
    categories: tuple[str, ...] = ()


def key_of(session: Session, token: str) -> KeyRow | None:
    """Return the key that `token` opens; None for an unknown or a revoked one."""
    row = session.scalar(select(Open311Key).where(Open311Key.token_hash == hash_of(token)))
    return None if row is None or row.revoked_at is not None else _row(row)


def all_keys(session: Session) -> list[KeyRow]:
    """Return every key, newest first."""
    rows = session.scalars(select(Open311Key).order_by(Open311Key.made_at.desc(), Open311Key.id))
    return [_row(row) for row in rows]


def _row(row: Open311Key) -> KeyRow:
    scopes, kinds = _words(row.scopes), _words(row.categories)
    return KeyRow(row.id, row.name, row.made_at, row.revoked_at, scopes, kinds)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split(",") if word)
