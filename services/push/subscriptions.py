"""A person's browsers: added, listed, removed, and proven by receipts."""

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import ColumnElement, delete, func, select, update

from services import audit
from services.db import Session
from services.db.keys import among
from services.errors import InvalidError, NotFoundError
from services.outbound import checked
from services.push import counters, gone, quiet
from services.push.models import PushMessage, PushSubscription, QuietHours
from services.registry import SignedOut

PROOF_LASTS = timedelta(days=7)
# Nobody has more; without a bound one person's would take the time of everybody's notices.
MOST = 20


class Keys(msgspec.Struct, frozen=True):
    p256dh: str
    auth: str


class Offer(msgspec.Struct, frozen=True):
    """What `PushSubscription.toJSON()` of the browser says, and a label for the list."""

    endpoint: str
    keys: Keys
    label: str = ""


class Renewal(msgspec.Struct, frozen=True):
    """What a browser's worker says when its push service gave it another address."""

    old: Offer
    fresh: Offer


class Browser(msgspec.Struct, frozen=True):
    """A browser in a person's list; `proven_at` is when it last showed a notice, if ever.

    Since `gone_at` it is told nothing, until it says its new address.
    """

    id: UUID
    label: str
    created_at: datetime
    proven_at: datetime | None
    gone_at: datetime | None

    def works(self, at: datetime) -> bool:
        """Was a notice shown here in the last week?"""
        return self.proven_at is not None and at - self.proven_at <= PROOF_LASTS


class Outcome(msgspec.Struct, frozen=True):
    """How far a message came: waiting, accepted, shown or dead, and the fault if there is one."""

    state: str
    error: str


def subscribe(
    session: Session,
    person_id: UUID,
    offer: Offer,
    *,
    sign_in_id: UUID | None = None,
    allow_private: bool,
    at: datetime,
) -> UUID:
    """Keep a browser, which ends with its sign-in; InvalidError if odd, RefusedError if gone.

    One that changes hands is a new one of its new person. Beyond twenty of a person, the one that
    showed nothing for longest goes.
    """
    _refuse_odd(offer, allow_private)
    gone.refuse_gone(session, offer.endpoint, offer.keys.auth)
    there = PushSubscription.endpoint == offer.endpoint
    _drop(session, gone.succeeded_by(person_id, sign_in_id))
    _drop(session, there, PushSubscription.person_id != person_id)
    row = session.scalar(select(PushSubscription).where(there))
    if row is None:
        _make_room(session, person_id, at)
        row = PushSubscription(person_id=person_id, endpoint=offer.endpoint, created_at=at)
        session.add(row)
    row.p256dh, row.auth, row.label = offer.keys.p256dh, offer.keys.auth, offer.label[:60]
    row.sign_in_id = sign_in_id
    session.flush()
    audit.record(session, person_id, "subscribe_push", "push_subscription", str(row.id), at=at)
    return row.id


def _make_room(session: Session, person_id: UUID, at: datetime) -> None:
    lately = func.coalesce(PushSubscription.last_receipt_at, PushSubscription.created_at)
    found = session.scalars(
        select(PushSubscription.id)
        .where(PushSubscription.person_id == person_id)
        .order_by(PushSubscription.gone_at.is_not(None), lately.desc(), PushSubscription.id)
        .offset(MOST - 1)
    ).all()
    if found:
        _note_gone(session, person_id, _drop(session, PushSubscription.id.in_(found)), at)


def _note_gone(session: Session, person_id: UUID, keys: list[UUID], at: datetime) -> None:
    for key in keys:
        ref = str(key)
        audit.record(session, person_id, "unsubscribe_push", "push_subscription", ref, at=at)


def refresh(
    session: Session,
    person_id: UUID,
    key: UUID,
    offer: Offer,
    *,
    sign_in_id: UUID | None,
    allow_private: bool,
    at: datetime,
) -> None:
    """Note what one of a person's own browsers now says of itself.

    It is no yes: raises NotFoundError where the person has taken the browser back, or never had
    it. One that was gone is told again; RefusedError where the address is the one that is gone.
    """
    _refuse_odd(offer, allow_private)
    row = own(session, person_id, key)
    gone.refuse_gone(session, offer.endpoint, offer.keys.auth)
    _put(session, row, offer, at)
    row.label, row.sign_in_id = offer.label[:60], sign_in_id


def renew(
    session: Session, asker: UUID | None, renewal: Renewal, *, allow_private: bool, at: datetime
) -> None:
    """Put a browser's new address in the place of its old one.

    The worker that asks may have no sign-in to show: the old address with its secret, which only
    that browser and we know, is the proof. Raises NotFoundError without it, and where somebody
    else is signed in there; RefusedError where the new address is one that is gone.
    """
    _refuse_odd(renewal.fresh, allow_private)
    row = gone.proven(session, renewal.old.endpoint, renewal.old.keys.auth)
    if asker not in (None, row.person_id):
        raise NotFoundError
    gone.refuse_gone(session, renewal.fresh.endpoint, renewal.fresh.keys.auth)
    _put(session, row, renewal.fresh, at)


def _put(session: Session, row: PushSubscription, fresh: Offer, at: datetime) -> None:
    """Give a browser another address; any other that had it is one that changed hands."""
    _drop(session, PushSubscription.endpoint == fresh.endpoint, PushSubscription.id != row.id)
    row.endpoint, row.failures, row.gone_at = fresh.endpoint, 0, None
    row.p256dh, row.auth = fresh.keys.p256dh, fresh.keys.auth
    audit.record(session, row.person_id, "renew_push", "push_subscription", str(row.id), at=at)


def _drop(session: Session, *chosen: ColumnElement[bool]) -> list[UUID]:
    """Delete browsers and what waits for them, and return their keys.

    What waits may say what concerns who was there before.
    """
    keys = list(session.scalars(select(PushSubscription.id).where(*chosen)))
    if keys:
        theirs = PushMessage.subscription_id.in_(keys), PushMessage.state == "waiting"
        session.execute(delete(PushMessage).where(*theirs))
        session.execute(delete(PushSubscription).where(PushSubscription.id.in_(keys)))
    return keys


def _refuse_odd(offer: Offer, allow_private: bool) -> None:
    """Checks before the session is used: a slow name server must not hold the writer's turn."""
    if len(offer.endpoint) > 1000 or not _keys_good(offer.keys):
        raise InvalidError("subscription_odd")
    checked(offer.endpoint, allow_private=allow_private)


def _keys_good(keys: Keys) -> bool:
    """RFC 8291, 2: `p256dh` is an uncompressed point of P-256, `auth` has 16 bytes."""
    if len(keys.p256dh) > 100 or len(keys.auth) > 40:
        return False
    try:
        point = base64.urlsafe_b64decode(keys.p256dh + "=" * (-len(keys.p256dh) % 4))
        secret = base64.urlsafe_b64decode(keys.auth + "=" * (-len(keys.auth) % 4))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (binascii.Error, ValueError):
        return False
    return len(point) == 65 and len(secret) == 16


def subscriptions_of(session: Session, person_id: UUID) -> list[Browser]:
    """Return a person's browsers, newest first, those that are gone among them."""
    rows = session.scalars(
        select(PushSubscription)
        .where(PushSubscription.person_id == person_id)
        .order_by(PushSubscription.created_at.desc())
    )
    return [Browser(r.id, r.label, r.created_at, r.last_receipt_at, r.gone_at) for r in rows]


def reached(session: Session, people: Iterable[UUID]) -> frozenset[UUID]:
    """Return those of `people` who have a browser that is told."""
    wanted = among(PushSubscription.person_id.expression, list(people))
    return frozenset(session.scalars(select(PushSubscription.person_id).where(wanted, gone.LIVE)))


def own(session: Session, person_id: UUID, key: UUID) -> PushSubscription:
    """Return a person's own browser; raises NotFoundError for another's."""
    row = session.get(PushSubscription, key)
    if row is None or row.person_id != person_id:
        raise NotFoundError
    return row


def unsubscribe(session: Session, person_id: UUID, key: UUID, *, at: datetime) -> None:
    session.delete(own(session, person_id, key))
    audit.record(session, person_id, "unsubscribe_push", "push_subscription", str(key), at=at)


def end_signed_out(session: Session, ended: SignedOut, at: datetime) -> None:
    """Tell nothing more to the browsers whose sign-in ended: they may be lost, or another's.

    Where another took its place in the same browser, that one is what ends it from here on.
    """
    mine = PushSubscription.person_id == ended.person_id
    those = PushSubscription.sign_in_id == ended.sign_in_id
    if ended.goes_on is not None:
        moved = update(PushSubscription).where(mine, those)
        session.execute(moved.values(sign_in_id=ended.goes_on))
        return
    if ended.elsewhere:
        those = PushSubscription.sign_in_id.is_distinct_from(ended.sign_in_id)
    _note_gone(session, ended.person_id, _drop(session, mine, those), at)


def outcome_of(session: Session, person_id: UUID, key: UUID) -> Outcome:
    """Return how far a person's own message came; raises NotFoundError for another's."""
    message = session.get(PushMessage, key)
    if message is None or message.person_id != person_id:
        raise NotFoundError
    return Outcome(message.state, message.error or "")


def receive(session: Session, message_id: UUID, *, at: datetime) -> None:
    """Note that a browser showed a message; an unknown id changes nothing and says nothing."""
    message = session.get(PushMessage, message_id)
    if message is not None and message.state != "shown":
        message.state, message.error, message.body = "shown", None, b""
        counters.RECEIPTS.inc()
        session.execute(
            update(PushSubscription)
            .where(PushSubscription.id == message.subscription_id)
            .values(last_receipt_at=at)
        )


def export_of(session: Session, person_id: UUID) -> dict[str, Any]:
    found = subscriptions_of(session, person_id)
    browsers = [
        {
            "label": b.label,
            "since": b.created_at.isoformat(),
            "gone_since": b.gone_at.isoformat() if b.gone_at else None,
        }
        for b in found
    ]
    return {"browsers": browsers, "quiet": quiet.export_of(session, person_id)}


def erase_of(session: Session, person_id: UUID, at: datetime) -> None:
    session.execute(delete(PushMessage).where(PushMessage.person_id == person_id))
    session.execute(delete(PushSubscription).where(PushSubscription.person_id == person_id))
    session.execute(delete(QuietHours).where(QuietHours.person_id == person_id))
    audit.record(session, None, "erase_person", "push", "", at=at)
