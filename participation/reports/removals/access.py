"""The one gate from an outside id to what was deleted."""

from collections.abc import Collection
from datetime import datetime

from participation.reports.removals.models import RemovedRow
from services.auth import Actor
from services.db import Session
from services.errors import NotFoundError, RefusedError
from services.ids import parse_id


def removed_for(
    session: Session, actor: Actor, removed_id: str, kinds: Collection[str], *, at: datetime
) -> RemovedRow:
    """Return what the actor deleted, held until the transaction ends.

    Raises NotFoundError for what another deleted or what was put back before, RefusedError once
    its hour is over.
    """
    key = parse_id(removed_id)
    row = session.get(RemovedRow, key, with_for_update=True) if key is not None else None
    if row is None or row.actor_id is None or row.actor_id != actor.id or row.kind not in kinds:
        raise NotFoundError("nothing_to_put_back")
    if row.until <= at:
        raise RefusedError("too_late_to_put_back")
    return row
