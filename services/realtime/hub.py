"""Who is connected, which rooms they may be in, and how they are told."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import request
from flask_socketio import SocketIO, join_room, leave_room
from prometheus_client import Gauge
from socketio.exceptions import ConnectionRefusedError as Refused
from sqlalchemy import Engine

from services import clock
from services.auth import STRANGER, Actor
from services.db import Session, reading_session
from services.outbox.events import committed
from services.realtime import changes
from services.realtime.fanout import Rooms, let_others_in
from services.realtime.relay import Message, Relay
from services.realtime.ticks import Frame, Ticks
from services.registry import Registry

ROOMS_A_PAGE = 60
LONGEST_NAME = 60
LONGEST_AGE_S = 864_000
# Rights are looked at again now and then: a sign-in may run out without anyone saying so.
REVIEW_AFTER = timedelta(minutes=10)
REVIEW_EVERY_S = 10.0
YIELD_EVERY = 50
EVENT, AGAIN = "changes", "again"
OPEN = Gauge("madang_open_pages", "Pages with an open socket in this process")
log = logging.getLogger(__name__)


@dataclass
class Page:
    """One open page: who looks at it, how they showed that, and what it listens to."""

    actor: Actor
    cookies: Mapping[str, str]
    reviewed_at: datetime
    rooms: set[str] = field(default_factory=set)


class Hub:
    """One per process; joins what the registry's rooms allow, tells one frame per room and tick."""

    def __init__(
        self, socketio: SocketIO, engine: Engine, registry: Registry, redis_url: str | None
    ) -> None:
        self.socketio = socketio
        self.engine = engine
        self.registry = registry
        self.pages: dict[str, Page] = {}
        self.relay = Relay(redis_url, self._hear, self._gap) if redis_url else None
        self.ticks = Ticks(self._send, self._idle)
        self._evictions = 0

    def connect(self) -> None:
        """Note who is there; where that cannot be found out now, end the line."""
        try:
            self._connect()
        except Refused:
            raise
        except Exception as error:
            # Unanswered, a page would wait on an open line and look for nothing by itself. Once
            # refused it would not come back, but a refusal does not reach it on a line that ended.
            log.warning("who opened a page is not known: %s", type(error).__name__)
            self._hang_up(_sid())
            raise Refused from None

    def _connect(self) -> None:
        """Ask who is there, and again if somebody was put out meanwhile, who may be this one."""
        cookies, sid = dict(request.cookies), _sid()
        known = -1
        while known != self._evictions:
            known = self._evictions
            with reading_session(self.engine) as session:
                actor = self._identify(session, cookies)
        kept = cookies if actor.signed_in else {}
        self.pages[sid] = Page(actor, kept, clock.now())
        OPEN.set(len(self.pages))

    def disconnect(self, *_reason: object) -> None:
        self.pages.pop(_sid(), None)
        OPEN.set(len(self.pages))

    def join(self, asked: object) -> dict[str, Any]:
        """Let the page into a room and hand over what it missed since its cursor."""
        sid, (room, cursor, drawn_at) = _sid(), _asked(asked)
        page = self.pages.get(sid)
        if room is None or page is None or len(page.rooms | {room}) > ROOMS_A_PAGE:
            return {"ok": False}
        with reading_session(self.engine) as session:
            if not self._may_join(session, page.actor, room) or sid not in self.pages:
                return {"ok": False}
            # The room first, then the rows: what is told in between comes twice, never not at all.
            join_room(room)
            page.rooms.add(room)
            newest = changes.newest(session)
            missed = _missed(session, room, cursor, drawn_at)
        return {"ok": True, "cursor": newest, "missed": missed}

    def leave(self, asked: object) -> None:
        room = _asked(asked)[0]
        page = self.pages.get(_sid())
        if room is not None and page is not None and room in page.rooms:
            leave_room(room)
            page.rooms.discard(room)

    def evict(self, person_id: UUID) -> None:
        """Close every socket of a person whose right ended, here and in the other processes."""
        self._put_out(person_id)
        if self.relay is not None:
            self.relay.publish_now({"evict": str(person_id)})

    def review(self, at: datetime) -> None:
        """Put out who is no longer who they were, or no longer may be where they are."""
        due = [one for one in self.pages.items() if one[1].reviewed_at + REVIEW_AFTER <= at]
        for number, (sid, page) in enumerate(due, 1):
            page.reviewed_at = at
            if not self._still_right(page):
                self._close(sid)
            if number % YIELD_EVERY == 0:
                let_others_in()

    def review_for_ever(self) -> None:
        while True:
            time.sleep(REVIEW_EVERY_S)
            try:
                self.review(clock.now())
            except Exception:
                log.exception("a review failed; the next follows")

    def close_all(self) -> None:
        """Send the pages elsewhere: this process is about to end."""
        for connection in list(self.socketio.server.eio.sockets.values()):
            fast = getattr(connection, "fast", None)
            if fast is not None:
                fast.close(1001)

    def _identify(self, session: Session, cookies: Mapping[str, str]) -> Actor:
        identify = self.registry.identify
        found = identify(session, cookies, clock.now()) if identify else None
        return found or STRANGER

    def _may_join(self, session: Session, actor: Actor, room: str) -> bool:
        kinds = [kind for kind in self.registry.rooms if room.startswith(kind.prefix)]
        return any(kind.may_join(session, actor, room) for kind in kinds)

    def _still_right(self, page: Page) -> bool:
        with reading_session(self.engine) as session:
            actor = self._identify(session, page.cookies)
            same = (actor.id, actor.roles) == (page.actor.id, page.actor.roles)
            return same and all(self._may_join(session, actor, room) for room in set(page.rooms))

    def _put_out(self, person_id: UUID) -> None:
        self._evictions += 1
        for sid, page in list(self.pages.items()):
            if page.actor.id == person_id:
                self._close(sid)

    def _close(self, sid: str) -> None:
        self.socketio.server.disconnect(sid)

    def _hang_up(self, sid: str) -> None:
        """End the line below a client: it takes that for a failing network, and comes back."""
        server = self.socketio.server
        connection = server.eio.sockets.get(server.manager.eio_sid_from_sid(sid, "/"))
        if connection is not None:
            connection.close(wait=False, abort=True)

    def _send(self, frame: Frame) -> None:
        self._deliver(EVENT, frame, frame["room"])
        if self.relay is not None:
            self.relay.publish({"frame": frame})

    def _deliver(self, event: str, data: object, room: str | None) -> None:
        rooms: Rooms = self.socketio.server.manager
        rooms.deliver(event, data, "/", room)

    def _hear(self, message: Message) -> None:
        """Act on what another process said."""
        if (frame := message.get("frame")) is not None:
            self._deliver(EVENT, frame, frame["room"])
        elif (person := message.get("evict")) is not None:
            self._put_out(UUID(person))
        elif message.get("wake"):
            committed.ring()
        elif message.get("gap"):
            self._gap()

    def _gap(self) -> None:
        """Other processes may have told us what we did not hear: pages ask, rights are reviewed."""
        long_ago = clock.now() - REVIEW_AFTER
        for page in list(self.pages.values()):
            page.reviewed_at = long_ago
        self._deliver(AGAIN, {}, None)

    def _idle(self) -> None:
        if self.relay is not None:
            self.relay.flush()


def _missed(
    session: Session, room: str, cursor: int | None, drawn_at: datetime | None
) -> list[dict[str, Any]] | None:
    if cursor is not None:
        return changes.missed_after(session, room, cursor)
    return [] if drawn_at is None else changes.missed_since(session, room, drawn_at)


def _sid() -> str:
    return str(getattr(request, "sid", ""))


def _asked(asked: object) -> tuple[str | None, int | None, datetime | None]:
    """Return (room, the page's cursor, when the page was drawn) of what a page sent."""
    if not isinstance(asked, dict):
        return None, None, None
    room, since, age = asked.get("room"), asked.get("since"), asked.get("age")
    good = isinstance(room, str) and 0 < len(room) <= LONGEST_NAME
    # True is an int to Python, and no cursor.
    cursor = since if type(since) is int and 0 <= since < 1 << 62 else None
    drawn_at = None
    if isinstance(age, int | float) and 0 <= age < LONGEST_AGE_S:
        drawn_at = clock.now() - timedelta(seconds=age)
    return (str(room) if good else None), cursor, drawn_at
