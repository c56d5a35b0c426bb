"""Who may say something to the city: the one gate of reports and of words on what is settled."""

from datetime import datetime
from uuid import UUID

from participation.reports.blocks.queries import block_on
from services.db import Session
from services.errors import ForbiddenError


def refuse_blocked(session: Session, person_id: UUID, device: str, at: datetime) -> None:
    """Raise ForbiddenError("blocked") for a person, or a browser, that a block holds on."""
    if block_on(session, person_id, device, at) is not None:
        raise ForbiddenError("blocked")
