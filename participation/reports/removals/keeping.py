"""A row set aside as it was, and made again of that; within the actions that audit both."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import delete, inspect

from participation.reports.removals.models import RemovedLink, RemovedRow
from participation.reports.removals.rules import CAN_BE_PUT_BACK
from services.auth import Actor
from services.db import Base, Session

PERSON = "person_id"
Row = TypeVar("Row", bound=Base)


def set_aside(session: Session, actor: Actor, row: Base, name: str, *, at: datetime) -> UUID:
    """Delete a row and keep it as it was, under the name people know it by; return the new id."""
    columns = {one.key: getattr(row, one.key) for one in inspect(row).mapper.column_attrs}
    person = columns.pop(PERSON, None)
    kept = RemovedRow(id=uuid4(), kind=row.__tablename__, name=name, person_id=person)
    kept.columns = msgspec.json.encode(columns).decode()
    kept.actor_id, kept.at, kept.until = actor.id, at, at + CAN_BE_PUT_BACK
    session.add(kept)
    session.delete(row)
    session.flush()
    return kept.id


def as_it_was(kind: type[Row], removed: RemovedRow) -> Row:
    """Return a row of `kind` like the one that was deleted; it is not added yet."""
    told = msgspec.json.decode(removed.columns)
    columns = {
        name: value
        if value is None
        else msgspec.convert(value, kind.__table__.c[name].type.python_type)
        for name, value in told.items()
    }
    if PERSON in kind.__table__.c:
        columns[PERSON] = removed.person_id
    return kind(**columns)


def let_go(session: Session, removed: Iterable[UUID]) -> None:
    """Forget what was set aside: it is put back, or cannot be any more."""
    ids = list(removed)
    session.execute(delete(RemovedLink).where(RemovedLink.removed_id.in_(ids)))
    session.execute(delete(RemovedRow).where(RemovedRow.id.in_(ids)))
