"""From a notice to rows: one message per browser of each person, in their own transaction."""

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select

from services.db import Session
from services.push.models import PushMessage, PushSubscription

Class = Literal["emergency", "prompt", "technical", "status"]


class Notice(msgspec.Struct, frozen=True):
    """What a person is told; `url` is a path of ours, `tag` lets a newer notice replace it."""

    title: str
    body: str
    url: str
    tag: str
    urgency_class: Class


def enqueue(session: Session, people: Iterable[UUID], notice: Notice, *, at: datetime) -> int:
    """Keep a message for each browser of `people` and return how many."""
    wanted = list(people)
    if not wanted:
        return 0
    rows = session.scalars(
        select(PushSubscription).where(PushSubscription.person_id.in_(wanted))
    ).all()
    for row in rows:
        key = uuid4()
        session.add(
            PushMessage(
                id=key,
                person_id=row.person_id,
                subscription_id=row.id,
                urgency_class=notice.urgency_class,
                body=_body(key, notice),
                topic=_topic(notice.tag),
                due_at=at,
            )
        )
    return len(rows)


def _body(key: UUID, notice: Notice) -> bytes:
    """Return the declarative web push form, which a browser can show without our worker."""
    shown = {"title": notice.title, "body": notice.body, "navigate": notice.url, "tag": notice.tag}
    return msgspec.json.encode({"web_push": 8030, "notification": shown, "id": str(key)})


def _topic(tag: str) -> str:
    """Return at most 32 base64url characters (RFC 8030, 5.4) that name the tag."""
    return base64.urlsafe_b64encode(hashlib.sha256(tag.encode()).digest()[:24]).decode()
