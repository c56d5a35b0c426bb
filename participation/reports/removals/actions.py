"""How what was deleted is forgotten for good."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update

from participation.reports.removals.models import RemovedLink, RemovedRow
from services import audit
from services.auth import Actor
from services.db import Session


def forget_removed_rows(session: Session, actor: Actor, *, at: datetime) -> None:
    """Forget what cannot be put back any more."""
    if count := _forget(session, RemovedRow.until <= at):
        detail = {"count": str(count)}
        audit.record(
            session, actor.id, "forget_removed_rows", "removed_row", "", at=at, detail=detail
        )


def erase_person(session: Session, person_id: UUID, at: datetime) -> None:
    """Forget what a person deleted, and their name in what others did."""
    _forget(session, RemovedRow.actor_id == person_id)
    named = update(RemovedRow).where(RemovedRow.person_id == person_id)
    session.execute(named.values(person_id=None))
    audit.record(session, None, "erase_person", "removed_row", "", at=at)


def _forget(session: Session, those: ColumnElement[bool]) -> int:
    count = session.scalar(select(func.count()).select_from(RemovedRow).where(those)) or 0
    ids = select(RemovedRow.id).where(those)
    session.execute(delete(RemovedLink).where(RemovedLink.removed_id.in_(ids)))
    session.execute(delete(RemovedRow).where(those))
    return count
