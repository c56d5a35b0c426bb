"""What can be put back, and by whom."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import or_, select

from participation.reports.removals.models import RemovedRow
from services.auth import Actor
from services.db import Session


class Removed(msgspec.Struct, frozen=True):
    """Something deleted; `kind` is its table, `name` what people know it by."""

    id: UUID
    kind: str
    name: str
    at: datetime


def removed_by(
    session: Session, actor: Actor, kinds: Collection[str], at: datetime
) -> list[Removed]:
    """Return what the actor deleted of these kinds and can still put back, newest first."""
    row = RemovedRow
    mine = row.actor_id == actor.id, row.kind.in_(kinds), row.until > at
    asked = select(row.id, row.kind, row.name, row.at).where(*mine)
    found = session.execute(asked.order_by(row.at.desc(), row.id))
    return [Removed(*one) for one in found]


def export_of(session: Session, person_id: UUID) -> dict[str, list[dict[str, str]]]:
    """Return what a person deleted, and what names them, while it can be put back."""
    theirs = or_(RemovedRow.actor_id == person_id, RemovedRow.person_id == person_id)
    rows = session.scalars(select(RemovedRow).where(theirs).order_by(RemovedRow.at))
    told = [{"kind": row.kind, "name": row.name, "at": row.at.isoformat()} for row in rows]
    return {"removed": told}
