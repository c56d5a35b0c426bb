"""Sends what is due: claimed by conditional update, sent again if the claim lapses."""

import logging
import random
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID

import requests
from pywebpush import WebPusher
from sqlalchemy import Engine, delete, select, update

from services.config import Settings
from services.db import Session, reading_session, unit_of_work
from services.errors import DomainError
from services.outbound import GuardedSession
from services.push.models import PushMessage, PushSubscription
from services.push.vapid import Vapid

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=30)
BATCH = 50
TRIES = 6
LONGEST_WAIT_S = 60
# class: (TTL in seconds, Urgency), RFC 8030 sections 5.2 and 5.3
CLASSES = {
    "emergency": (3600, "high"),
    "prompt": (600, "high"),
    "technical": (86_400, "normal"),
    "status": (86_400, "normal"),
}


class Sender:
    """Any number of these may run on one database."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.client = GuardedSession(allow_private=settings.push_allow_private)
        self.vapid = Vapid(settings.vapid_key_file, settings.vapid_subject)

    def send_due(self, at: datetime) -> int:
        """Send every message due at `at` once; return how many were tried."""
        due = (
            select(PushMessage.id, PushMessage.due_at)
            .where(PushMessage.state == "waiting", PushMessage.due_at <= at)
            .order_by(PushMessage.due_at)
            .limit(BATCH)
        )
        with reading_session(self.engine) as session:
            found = session.execute(due).all()
        return sum(self._send(row.id, at) for row in found if self._claim(row.id, row.due_at, at))

    def _claim(self, key: UUID, due_at: datetime, at: datetime) -> bool:
        with unit_of_work(self.engine) as session:
            claim = session.connection().execute(
                update(PushMessage)
                .where(PushMessage.id == key, PushMessage.due_at == due_at)
                .where(PushMessage.state == "waiting")
                .values(due_at=at + LEASE, tries=PushMessage.tries + 1)
            )
            return claim.rowcount == 1

    def _send(self, key: UUID, at: datetime) -> bool:
        with reading_session(self.engine) as session:
            message = session.get_one(PushMessage, key)
            where = session.get(PushSubscription, message.subscription_id)
        if where is None:
            self._settle(key, state="dead", error="unsubscribed")
            return True
        try:
            answer = self._post(message, where)
        except DomainError as error:
            self._settle(key, state="dead", error=error.code)
        except (requests.RequestException, ValueError) as error:
            self._again(message, at, None, type(error).__name__)
        else:
            self._heed(message, where, answer, at)
        return True

    def _post(self, message: PushMessage, where: PushSubscription) -> requests.Response:
        ttl, urgency = CLASSES[message.urgency_class]
        info = {"endpoint": where.endpoint, "keys": {"p256dh": where.p256dh, "auth": where.auth}}
        headers = {
            "TTL": str(ttl),
            "Urgency": urgency,
            "Topic": message.topic,
            "Authorization": self.vapid.authorization(where.endpoint),
        }
        pusher = WebPusher(info, requests_session=self.client)
        answer = pusher.send(message.body, headers=headers, ttl=ttl, timeout=(3, 10))
        if not isinstance(answer, requests.Response):
            raise TypeError("the push client gave no answer")
        return answer

    def _heed(
        self,
        message: PushMessage,
        where: PushSubscription,
        answer: requests.Response,
        at: datetime,
    ) -> None:
        code = answer.status_code
        if code in (200, 201, 202, 204):
            self._settle(message.id, state="accepted", error=None)
        elif code in (404, 410):
            with unit_of_work(self.engine) as session:
                session.execute(delete(PushSubscription).where(PushSubscription.id == where.id))
            self._settle(message.id, state="dead", error="gone")
        elif code == 429 or code >= 500:
            self._again(message, at, answer.headers.get("Retry-After"), str(code))
        else:
            self._settle(message.id, state="dead", error=str(code))
            log.error("a push service refused a message: %s", code)

    def _again(self, message: PushMessage, at: datetime, after: str | None, error: str) -> None:
        tries = message.tries
        if tries >= TRIES:
            self._settle(message.id, state="dead", error=error)
            return
        wait = retry_after(after, at)
        if wait is None:
            wait = random.uniform(0.5, min(2.0**tries, LONGEST_WAIT_S))  # noqa: S311  jitter
        with unit_of_work(self.engine) as session:
            _change(session, message.id, due_at=at + timedelta(seconds=wait), error=error)

    def _settle(self, key: UUID, *, state: str, error: str | None) -> None:
        with unit_of_work(self.engine) as session:
            _change(session, key, state=state, error=error)


def _change(session: Session, key: UUID, **values: object) -> None:
    session.execute(update(PushMessage).where(PushMessage.id == key).values(**values))


def retry_after(text: str | None, at: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for, in either form (RFC 9110, 10.2.3)."""
    if not text:
        return None
    if text.strip().isdecimal():
        return min(float(text), 86_400.0)
    try:
        return max(0.0, (parsedate_to_datetime(text) - at).total_seconds())
    except (TypeError, ValueError):
        return None
