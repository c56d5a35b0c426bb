"""From a notice to rows: one message per browser of each person, in their own transaction."""

import base64
import hashlib
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import delete, event, select, update

from services.db import Session, insert_many
from services.db.keys import among
from services.push.gone import LIVE
from services.push.models import PushMessage, PushSubscription

Class = Literal["emergency", "prompt", "technical", "status"]
KEPT = timedelta(days=7)
WITHDRAWN = "withdrawn"
waiting = threading.Event()


class Choice(msgspec.Struct, frozen=True):
    """A button of a notice. `url` is a path of ours: the worker posts to it, and a browser that
    shows notices without our worker opens it."""

    action: str
    title: str
    url: str


class Ground(msgspec.Struct, frozen=True):
    """What a notice is told upon: who registered the `kind` weighs it when it is about to ring."""

    kind: str
    keys: tuple[UUID, ...]


class Notice(msgspec.Struct, frozen=True):
    """What a person is told; `url` is a path of ours, `tag` lets a newer notice replace it.

    Browsers show two `choices` at most; `again` is said where a tap did not reach us. Their
    addresses may hold a secret: what was sent is emptied here. Without `upon` it rings whatever
    changes until then.
    """

    title: str
    body: str
    url: str
    tag: str
    urgency_class: Class
    choices: tuple[Choice, ...] = ()
    again: str = ""
    upon: Ground | None = None


def enqueue(session: Session, people: Iterable[UUID], notice: Notice, *, at: datetime) -> int:
    """Keep a message for each browser of `people` and return how many."""
    return enqueue_each(session, dict.fromkeys(people, notice), at=at)


def enqueue_each(session: Session, notices: Mapping[UUID, Notice], *, at: datetime) -> int:
    """Keep for each browser of each person the notice that is theirs; return how many.

    Thousands may be told in one transaction: for a question of each, every other writer would wait.
    """
    if not notices:
        return 0
    wanted = among(PushSubscription.person_id.expression, list(notices))
    browsers = session.execute(
        select(PushSubscription.id, PushSubscription.person_id).where(wanted, LIVE)
    ).all()
    rows = [_kept(key, person_id, notices[person_id], at) for key, person_id in browsers]
    insert_many(session, PushMessage, rows)
    session.info["noticed"] = bool(rows) or session.info.get("noticed", False)
    return len(rows)


def enqueue_to(session: Session, row: PushSubscription, notice: Notice, *, at: datetime) -> UUID:
    """Keep a message for one browser and return its id, which the browser's receipt names."""
    message = PushMessage(**_kept(row.id, row.person_id, notice, at))
    session.add(message)
    session.info["noticed"] = True
    return message.id


def _kept(browser_id: UUID, person_id: UUID, notice: Notice, at: datetime) -> dict[str, Any]:
    """Return the row of a new message, with every column that may not be empty."""
    key = uuid4()
    return {
        "id": key,
        "person_id": person_id,
        "subscription_id": browser_id,
        "urgency_class": notice.urgency_class,
        "body": _body(key, notice),
        "topic": _topic(notice.tag),
        "due_at": at,
        "state": "waiting",
        "tries": 0,
    }


def shown_to(
    session: Session, people: Iterable[UUID], tag: str, *, since: datetime
) -> frozenset[UUID]:
    """Return those of `people` whose browser says it showed a notice of `tag` due since then.

    What a push service accepted may still lie unseen: only the browser's own receipt counts.
    """
    found = select(PushMessage.person_id).where(
        among(PushMessage.person_id.expression, list(people)),
        PushMessage.topic == _topic(tag),
        PushMessage.state == "shown",
        PushMessage.due_at >= since,
    )
    return frozenset(session.scalars(found))


def unheard(session: Session, people: Iterable[UUID], tag: str) -> frozenset[UUID]:
    """Return those of `people` whose newest notice of `tag` was withdrawn before it rang."""
    found = select(PushMessage.person_id, PushMessage.error).where(
        among(PushMessage.person_id.expression, list(people)),
        PushMessage.topic == _topic(tag),
    )
    newest = {row.person_id: row.error for row in session.execute(found.order_by("due_at"))}
    return frozenset(person for person, error in newest.items() if error == WITHDRAWN)


def withdraw(session: Session, tags: Iterable[str], *, but: UUID | None = None) -> int:
    """Let what still waits under any of `tags` ring nowhere; return how many notices that were.

    Those of the person `but` stay. What a push service has already may be shown all the same.
    """
    waits = PushMessage.state == "waiting", PushMessage.topic.in_([_topic(tag) for tag in tags])
    gone = update(PushMessage).where(*waits)
    if but is not None:
        gone = gone.where(PushMessage.person_id != but)
    gone = gone.values(state="dead", error=WITHDRAWN, body=b"")
    return session.connection().execute(gone).rowcount


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
    if notice.upon is not None:
        # For ourselves alone: it does not travel (payload.py).
        message["upon"] = notice.upon
    return msgspec.json.encode(message | {"urgent": notice.urgency_class == "emergency"})


def _topic(tag: str) -> str:
    """Return at most 32 base64url characters (RFC 8030, 5.4) that name the tag."""
    return base64.urlsafe_b64encode(hashlib.sha256(tag.encode()).digest()[:24]).decode()


def prune(session: Session, at: datetime) -> None:
    """Forget messages a week after they ended: they may say what concerns one person only."""
    session.execute(
        delete(PushMessage).where(PushMessage.state != "waiting", PushMessage.due_at < at - KEPT)
    )
