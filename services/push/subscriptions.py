"""A person's browsers: added, listed, removed, and proven by receipts."""

import base64
import binascii
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, select, update

from services import audit
from services.db import Session
from services.errors import InvalidError, NotFoundError
from services.outbound import checked
from services.push.models import PushMessage, PushSubscription


class Keys(msgspec.Struct, frozen=True):
    p256dh: str
    auth: str


class Offer(msgspec.Struct, frozen=True):
    """What `PushSubscription.toJSON()` of the browser says, and a label for the list."""

    endpoint: str
    keys: Keys
    label: str = ""


class Browser(msgspec.Struct, frozen=True):
    id: UUID
    label: str
    created_at: datetime
    proven_at: datetime | None


def subscribe(
    session: Session, person_id: UUID, offer: Offer, *, allow_private: bool, at: datetime
) -> UUID:
    """Keep a browser; one that changes hands follows its new person. InvalidError if odd."""
    if len(offer.endpoint) > 1000 or not _keys_good(offer.keys):
        raise InvalidError("subscription_odd")
    checked(offer.endpoint, allow_private=allow_private)
    row = session.scalar(
        select(PushSubscription).where(PushSubscription.endpoint == offer.endpoint)
    )
    if row is None:
        row = PushSubscription(endpoint=offer.endpoint, created_at=at, label="")
        session.add(row)
    row.person_id, row.p256dh, row.auth = person_id, offer.keys.p256dh, offer.keys.auth
    row.label = offer.label[:60]
    session.flush()
    audit.record(session, person_id, "subscribe_push", "push_subscription", str(row.id), at=at)
    return row.id


def _keys_good(keys: Keys) -> bool:
    try:
        point = base64.urlsafe_b64decode(keys.p256dh + "=" * (-len(keys.p256dh) % 4))
        secret = base64.urlsafe_b64decode(keys.auth + "=" * (-len(keys.auth) % 4))
    except (binascii.Error, ValueError):
        return False
    return len(point) == 65 and point[0] == 4 and len(secret) == 16 and len(keys.p256dh) <= 100


def subscriptions_of(session: Session, person_id: UUID) -> list[Browser]:
    """Return a person's browsers, newest first."""
    rows = session.scalars(
        select(PushSubscription)
        .where(PushSubscription.person_id == person_id)
        .order_by(PushSubscription.created_at.desc())
    )
    return [Browser(r.id, r.label, r.created_at, r.last_receipt_at) for r in rows]


def own(session: Session, person_id: UUID, key: UUID) -> PushSubscription:
    """Return a person's own browser; raises NotFoundError for another's."""
    row = session.get(PushSubscription, key)
    if row is None or row.person_id != person_id:
        raise NotFoundError
    return row


def unsubscribe(session: Session, person_id: UUID, key: UUID, *, at: datetime) -> None:
    session.delete(own(session, person_id, key))
    audit.record(session, person_id, "unsubscribe_push", "push_subscription", str(key), at=at)


def receive(session: Session, message_id: UUID, *, at: datetime) -> None:
    """Note that a browser showed a message; an unknown id changes nothing and says nothing."""
    message = session.get(PushMessage, message_id)
    if message is not None and message.state != "shown":
        message.state = "shown"
        session.execute(
            update(PushSubscription)
            .where(PushSubscription.id == message.subscription_id)
            .values(last_receipt_at=at)
        )


def export_of(session: Session, person_id: UUID) -> dict[str, Any]:
    found = subscriptions_of(session, person_id)
    return {"browsers": [{"label": b.label, "since": b.created_at.isoformat()} for b in found]}


def erase_of(session: Session, person_id: UUID, at: datetime) -> None:
    session.execute(delete(PushMessage).where(PushMessage.person_id == person_id))
    session.execute(delete(PushSubscription).where(PushSubscription.person_id == person_id))
    audit.record(session, None, "erase_person", "push", "", at=at)
