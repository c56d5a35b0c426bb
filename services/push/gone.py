"""A browser whose address its push service gave up: it is told nothing, until it says another.

The address goes at once. What stays, for sixty days, is a mark that only who knows the address and
its secret can make: the person's yes still stands, and their browser has no other way back.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from services.db import Session
from services.errors import NotFoundError, RefusedError
from services.push.models import PushSubscription

REMEMBERED = timedelta(days=60)
LIVE = PushSubscription.gone_at.is_(None)


def mark_of(endpoint: str, auth: str) -> str:
    """Return what stands in the place of an address that is gone; it is no URL."""
    return "gone:" + hashlib.sha256(f"{endpoint} {auth}".encode()).hexdigest()


def reap(session: Session, where: PushSubscription, at: datetime) -> bool:
    """Let a browser's address go; False where it has another meanwhile, or none."""
    mark = mark_of(where.endpoint, where.auth)
    mine = PushSubscription.id == where.id, PushSubscription.endpoint == where.endpoint, LIVE
    gone = update(PushSubscription).where(*mine)
    values = {"endpoint": mark, "p256dh": "", "auth": "", "gone_at": at}
    return session.connection().execute(gone.values(values)).rowcount == 1


def proven(session: Session, endpoint: str, auth: str) -> PushSubscription:
    """Return the browser of an address, gone or not, by its secret; NotFoundError without."""
    there = and_(PushSubscription.endpoint == endpoint, LIVE)
    marked = PushSubscription.endpoint == mark_of(endpoint, auth)
    row = session.scalars(
        select(PushSubscription)
        .where(or_(there, marked))
        .order_by(PushSubscription.gone_at.is_not(None))
    ).first()
    if row is None:
        raise NotFoundError
    # The mark of a gone one was made of its secret.
    if row.gone_at is None and not hmac.compare_digest(row.auth.encode(), auth.encode()):
        raise NotFoundError
    return row


def refuse_gone(session: Session, endpoint: str, auth: str) -> None:
    """Raise RefusedError for an address that was given up: the browser has to ask for another."""
    marked = PushSubscription.endpoint == mark_of(endpoint, auth)
    if session.scalar(select(PushSubscription.id).where(marked)) is not None:
        raise RefusedError("push_address_gone")


def succeeded_by(person_id: UUID, sign_in_id: UUID | None) -> ColumnElement[bool]:
    """Return what chooses a gone browser that a new one is: a sign-in is one browser's."""
    mine = PushSubscription.person_id == person_id, PushSubscription.sign_in_id == sign_in_id
    return and_(*mine, PushSubscription.gone_at.is_not(None))


def forget(session: Session, at: datetime) -> None:
    """Delete browsers that did not come back within sixty days."""
    session.execute(delete(PushSubscription).where(PushSubscription.gone_at < at - REMEMBERED))
