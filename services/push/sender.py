"""Sends what is due: claimed by conditional update, sent again if the claim lapses."""

import logging
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Row, and_, case, not_, select

from services import clock
from services.config import Settings
from services.db import reading_session, unit_of_work
from services.outbound import GuardedSession
from services.push import counters
from services.push.breaker import Breaker, Seat
from services.push.fates import heed, settle, waiting_still
from services.push.gone import LIVE
from services.push.messages import WITHDRAWN, waiting
from services.push.models import PushMessage, PushSubscription, QuietHours
from services.push.post import CLASSES, Post, Verdict
from services.push.quiet import held_until, put_off
from services.push.vapid import Vapid
from services.push.weighing import weighed
from services.registry import Weigh

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
PLACES = 24
SHARE = 12
SPARE = 8
EACH = 3
CLOSING_S = 5.0
NOBODY: Mapping[str, Weigh] = MappingProxyType({})
RANK = case({name: n for n, name in enumerate(CLASSES)}, value=PushMessage.urgency_class)
Due = Row[UUID, datetime, int, str, str, UUID, str, UUID, int, int]


class Sender:
    """Any number of these may run on one database."""

    def __init__(
        self, engine: Engine, settings: Settings, weighs: Mapping[str, Weigh] = NOBODY
    ) -> None:
        self.engine, self.zone, self.weighs = engine, settings.timezone, weighs
        self.vapid = Vapid(settings.vapid_key_file, settings.vapid_subject)
        client = GuardedSession(allow_private=settings.push_allow_private, largest=65_536)
        self.post = Post(client, self.vapid, settings.base_url.rstrip("/"))
        self.breaker = Breaker(SHARE, PLACES, SPARE, EACH)
        self._sending: list[threading.Thread] = []
        self._closing, self._turn = threading.Event(), threading.Lock()

    def run(self, poll_s: float = 1.0) -> None:
        """Send until closed: woken at each commit of this process, else every `poll_s` seconds."""
        while not self._closing.is_set():
            waiting.clear()
            try:
                with self._turn:
                    started = [] if self._closing.is_set() else self._start(clock.now())
            except Exception:
                log.exception("the sender's turn failed; the next follows")
                started = []
            if not started:
                waiting.wait(poll_s)

    def send_due(self, at: datetime) -> int:
        """Send every message due at `at` once; return how many were tried."""
        tried = 0
        while started := self._start(at):
            for one in started:
                one.join()
            tried += len(started)
        return tried

    def close(self) -> None:
        """Begin no more; let what is on its way be written down, five seconds at most."""
        end = time.monotonic() + CLOSING_S
        self._closing.set()
        waiting.set()
        # A turn that has begun has yet to say what it sends.
        if self._turn.acquire(timeout=CLOSING_S):
            self._turn.release()
        for one in self._sending:
            one.join(max(0.0, end - time.monotonic()))
        self.post.client.close()

    def _start(self, at: datetime) -> list[threading.Thread]:
        """Begin as many due sends as there are free places, emergencies first."""
        chosen = [row for row in self._awake(at) if self._enter(row, at)]
        mine: frozenset[UUID] = frozenset()
        try:
            mine = self._claim(chosen, at) if chosen else mine
        finally:
            for row in chosen:
                if row.id not in mine:
                    self.breaker.leave(seat_of(row), at, well=None)
        started = self._set_off([row for row in chosen if row.id in mine], at)
        self._sending = [one for one in self._sending if one.is_alive()] + started
        return started

    def _set_off(self, rows: list[Due], at: datetime) -> list[threading.Thread]:
        """Return the threads that send `rows`; where the system gives none, the claim lapses."""
        started = []
        for row in rows:
            seat = seat_of(row)
            one = threading.Thread(target=self._work, args=(row.id, seat, at), daemon=True)
            try:
                one.start()
            except RuntimeError:
                log.exception("no thread for a send; its claim lapses and it is sent again")
                self.breaker.leave(seat, at, well=None)
            else:
                started.append(one)
        return started

    def _enter(self, row: Due, at: datetime) -> bool:
        urgent = row.urgency_class == "emergency"
        return self.breaker.enter(seat_of(row), at, urgent=urgent)

    def _awake(self, at: datetime) -> list[Due]:
        """Return what is due and in nobody's quiet hours; the rest is put off to their end.

        An emergency is not kept waiting for that.
        """
        awake: list[Due] = []
        while not awake and (rows := self._due(at)):
            ends = {
                row: until
                for row in rows
                if (until := held_until(row.urgency_class, row[-2:], self.zone, at)) is not None
            }
            awake = [row for row in rows if row not in ends]
            if ends and not any(row.urgency_class == "emergency" for row in awake):
                with unit_of_work(self.engine) as session:
                    for row, until in ends.items():
                        put_off(session, row, until)
        return awake

    def _due(self, at: datetime) -> list[Due]:
        """Return what is due, without what a full or resting push service has to wait for."""
        theirs = PushSubscription.id == PushMessage.subscription_id
        statement = (
            select(
                PushMessage.id,
                PushMessage.due_at,
                PushMessage.tries,
                PushMessage.urgency_class,
                PushSubscription.endpoint,
                PushMessage.subscription_id,
                PushMessage.topic,
                PushMessage.person_id,
                QuietHours.starts,
                QuietHours.ends,
            )
            .outerjoin(PushSubscription, and_(theirs, LIVE))
            .outerjoin(QuietHours, QuietHours.person_id == PushMessage.person_id)
            .where(PushMessage.state == "waiting", PushMessage.due_at <= at)
            .order_by(RANK, PushMessage.due_at, PushMessage.id)
            .limit(2 * PLACES)
        )
        for origin in self.breaker.resting(at):
            statement = statement.where(_elsewhere(origin))
        urgent = PushMessage.urgency_class == "emergency"
        for origin in self.breaker.busy():
            statement = statement.where(_elsewhere(origin) | urgent)
        if busy := self.breaker.busy_people():
            statement = statement.where(PushMessage.person_id.not_in(busy) | urgent)
        with reading_session(self.engine) as session:
            return list(session.execute(statement).all())

    def _claim(self, rows: list[Due], at: datetime) -> frozenset[UUID]:
        """Return those of `rows` that are now ours until the lease lapses, in one commit."""
        mine = set()
        with unit_of_work(self.engine) as session:
            for row in rows:
                ttl = timedelta(seconds=CLASSES[row.urgency_class].ttl_s)
                late = row.tries == 0 and at - row.due_at > ttl
                taken = session.connection().execute(
                    waiting_still(row.id)
                    .where(PushMessage.due_at == row.due_at)
                    .values(due_at=at + LEASE, tries=PushMessage.tries + 1)
                )
                if taken.rowcount == 1 and late:
                    settle(session, row.id, state="dead", error="expired")
                elif taken.rowcount == 1:
                    mine.add(row.id)
        return frozenset(mine)

    def _work(self, key: UUID, seat: Seat, at: datetime) -> None:
        began = clock.now()
        well: bool | None = None
        try:
            with counters.IN_FLIGHT.track_inprogress():
                well = self._send(key, at)
        except Exception:
            log.exception("a send broke off; its claim lapses and it is sent again")
        finally:
            if self.breaker.leave(seat, at + (clock.now() - began), well=well):
                counters.RESTS.inc()
            waiting.set()

    def _send(self, key: UUID, at: datetime) -> bool | None:
        """Send one message; return whether its push service is well, None where nobody asked it."""
        message, where = self._read(key)
        if message is None or message.state != "waiting":
            # Since it was claimed its person left, the browser is another's, or it was withdrawn.
            return None
        if not self._stands(message, at):
            return None
        began = clock.now()
        verdict = (
            Verdict("refused", "unsubscribed")
            if where is None
            else self.post.send(message, where, at)
        )
        answered_at = at + (clock.now() - began)
        with unit_of_work(self.engine) as session:
            heed(session, message, where, verdict, answered_at)
        counters.MESSAGES.labels(verdict.fate, message.urgency_class).inc()
        return verdict.well

    def _stands(self, message: PushMessage, at: datetime) -> bool:
        """Let a notice say what it says by now; return False where it is to ring no more."""
        with reading_session(self.engine) as session:
            body = weighed(session, message, self.weighs, at)
        if body is None:
            with unit_of_work(self.engine) as session:
                settle(session, message.id, state="dead", error=WITHDRAWN)
            return False
        message.body = body
        return True

    def _read(self, key: UUID) -> tuple[PushMessage | None, PushSubscription | None]:
        """Return a message and where it goes: its own person's browser, unless that is gone."""
        with reading_session(self.engine) as session:
            message = session.get(PushMessage, key)
            if message is None:
                return None, None
            where = session.get(PushSubscription, message.subscription_id)
        if where is None or where.person_id != message.person_id or where.gone_at is not None:
            return message, None
        return message, where


def _elsewhere(origin: str) -> ColumnElement[bool]:
    there = PushSubscription.endpoint.startswith(origin + "/", autoescape=True)
    return not_(there) | PushSubscription.endpoint.is_(None)


def seat_of(row: Due) -> Seat:
    """Return what a send takes a place of; an emergency takes none of its person's few."""
    urgent = row.urgency_class == "emergency"
    return Seat(origin_of(row.endpoint), None if urgent else row.person_id)


def origin_of(endpoint: str | None) -> str:
    """Return `scheme://host[:port]` as the endpoint spells it; "" for a browser that is gone."""
    if endpoint is None:
        return ""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"
