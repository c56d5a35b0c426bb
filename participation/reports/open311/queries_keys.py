"""The keys we gave to other systems, as the console shows them and the edge asks them."""

from uuid import UUID

from sqlalchemy import select

from participation.reports.open311.models import Open311Key
from participation.reports.open311.rules import KeyRow
from participation.reports.routing.models import Body
from services.db import Session


def all_keys(session: Session) -> list[KeyRow]:
    """Return every key, newest first."""
    rows = session.scalars(select(Open311Key).order_by(Open311Key.made_at.desc(), Open311Key.id))
    return [key_row(row) for row in rows]


def key_named(session: Session, name: str) -> KeyRow | None:
    """Return the key of the system of a name, a revoked one too."""
    wanted = " ".join(name.split())
    row = session.scalar(select(Open311Key).where(Open311Key.name == wanted))
    return None if row is None else key_row(row)


def bodies(session: Session) -> dict[UUID, str]:
    """Return the bodies a key may be held by, by name."""
    rows = session.execute(select(Body.id, Body.name).order_by(Body.name))
    return {row.id: row.name for row in rows}


def key_row(row: Open311Key) -> KeyRow:
    """Return a key as the console shows it and the edge asks it."""
    scopes, kinds = _words(row.scopes), _words(row.categories)
    return KeyRow(row.id, row.name, row.made_at, row.revoked_at, scopes, kinds, row.body_id)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split(",") if word)
