"""From a notice to rows: one message per browser of each person, in their own transaction."""

import base64
import hashlib
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import delete, event, select

from services.db import Session
from services.push.models import PushMessage, PushSubscription

Class = Literal["emergency", "prompt", "technical", "status"]
KEPT = timedelta(days=7)
waiting = threading.Event()


class Choice(msgspec.Struct, frozen=True):
    """A button of a notice. `url` is a path of ours: the worker posts to it, and a browser that
    shows notices without our worker opens it."""

    action: str
    title: str
    url: str


class Notice(msgspec.Struct, frozen=True):
    """What a person is told; `url` is a path of ours, `tag` lets a newer notice replace it.

    Browsers show two `choices` at most; `again` is said where a tap did not reach us. Their
    addresses may hold a secret: what was sent is emptied here.
    """

    title: str
    body: str
    url: str
    tag: str
    urgency_class: Class
    choices: tuple[Choice, ...] = ()
    again: str = ""


def enqueue(session: Session, people: Iterable[UUID], notice: Notice, *, at: datetime) -> int:
    """Keep a message for each browser of `people` and return how many."""
    wanted = list(people)
    if not wanted:
        return 0
    rows = session.scalars(
        select(PushSubscription).where(PushSubscription.person_id.in_(wanted))
    ).all()
    for row in rows:
        enqueue_to(session, row, notice, at=at)
    return len(rows)


def enqueue_to(session: Session, row: PushSubscription, notice: Notice, *, at: datetime) -> UUID:
    """Keep a message for one browser and return its id, which the browser's receipt names."""
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
    session.info["noticed"] = True
    return key


def shown_to(
    session: Session, people: Iterable[UUID], tag: str, *, since: datetime
) -> frozenset[UUID]:
    """Return those of `people` whose browser says it showed a notice of `tag` due since then.

    What a push service accepted may still lie unseen: only the browser's own receipt counts.
    """
    found = select(PushMessage.person_id).where(
        PushMessage.person_id.in_(list(people)),
        PushMessage.topic == _topic(tag),
        PushMessage.state == "shown",
        PushMessage.due_at >= since,
    )
    return frozenset(session.scalars(found))


@event.listens_for(Session, "after_commit")
def _wake(session: Any) -> None:
    # The end of a savepoint is told too, when nobody else sees anything yet.
    if not session.in_nested_transaction() and session.info.pop("noticed", False):
        waiting.set()


def _body(key: UUID, notice: Notice) -> bytes:
    """Return the declarative web push form, which a browser can show without our worker."""
    shown: dict[str, Any] = {"title": notice.title, "body": notice.body}
    shown |= {"navigate": notice.url, "tag": notice.tag}
    message = {"web_push": 8030, "notification": shown, "id": str(key)}
    if notice.choices:
        shown["actions"] = [
            {"action": c.action, "title": c.title, "navigate": c.url} for c in notice.choices
        ]
        message["again"] = notice.again
    return msgspec.json.encode(message | {"urgent": notice.urgency_class == "emergency"})


def _topic(tag: str) -> str:
    """Return at most 32 base64url characters (RFC 8030, 5.4) that name the tag."""
    return base64.urlsafe_b64encode(hashlib.sha256(tag.encode()).digest()[:24]).decode()


def prune(session: Session, at: datetime) -> None:
    """Forget messages a week after they ended: they may say what concerns one person only."""
    session.execute(
        delete(PushMessage).where(PushMessage.state != "waiting", PushMessage.due_at < at - KEPT)
    )
