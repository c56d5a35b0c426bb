"""When a browser was last here: the one trace a visit leaves on its sign-in."""

from collections import OrderedDict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from participation.accounts.models import SignInSession
from participation.accounts.rules import SEEN_EVERY
from services.db import Session

ROOM = 10_000


class Visits:
    """Which sign-ins this process looked at within the hour; forgets the oldest above `room`."""

    def __init__(self, room: int = ROOM) -> None:
        self.room = room
        self.looked: OrderedDict[UUID, datetime] = OrderedDict()

    def due(self, sign_in_id: UUID, at: datetime) -> bool:
        """Say whether to look at the sign-in's row now, and remember that it was looked at."""
        before = self.looked.get(sign_in_id)
        if before is not None and at - before < SEEN_EVERY:
            return False
        self.looked[sign_in_id] = at
        self.looked.move_to_end(sign_in_id)
        while len(self.looked) > self.room:
            self.looked.popitem(last=False)
        return True


def unseen(session: Session, sign_in_id: UUID, at: datetime) -> bool:
    """Say whether the sign-in was not noted within the last hour."""
    seen = session.scalar(select(SignInSession.last_seen_at).where(SignInSession.id == sign_in_id))
    return seen is None or at - seen >= SEEN_EVERY


def note_seen(session: Session, sign_in_id: UUID, at: datetime) -> None:
    """Note that the sign-in was used; finer than an hour nobody needs to know."""
    session.execute(
        update(SignInSession).where(SignInSession.id == sign_in_id).values(last_seen_at=at)
    )
