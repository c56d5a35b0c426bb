"""The socket server: who may join, what is told, who is put out."""

import logging
import time
from collections import defaultdict
from typing import Any
from uuid import UUID

from flask import Flask, request
from flask_socketio import SocketIO, join_room, leave_room
from gevent import monkey
from sqlalchemy import Engine

from services import clock
from services.auth import STRANGER, Actor
from services.config import Settings
from services.db import Session, reading_session
from services.jobs import Job
from services.realtime import changes
from services.realtime.fanout import managed
from services.realtime.transport import use
from services.registry import Registry

log = logging.getLogger(__name__)
TICK_S = 0.2
LARGEST_FRAME = 16_384
ROOMS_A_PAGE = 60
SWEEP_S = 600


class Hub:
    """One per process; joins what the registry's rooms allow, tells one frame per room and tick."""

    def __init__(self, socketio: SocketIO, engine: Engine, registry: Registry) -> None:
        self.socketio = socketio
        self.engine = engine
        self.registry = registry
        self.pending: dict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
        self.actors: dict[str, Actor] = {}
        self.joined: dict[str, set[str]] = defaultdict(set)

    def connect(self) -> None:
        cookies, sid = request.cookies, _sid()
        with reading_session(self.engine) as session:
            identify = self.registry.identify
            found = identify(session, cookies, clock.now()) if identify else None
        self.actors[sid] = found or STRANGER

    def disconnect(self, *_reason: object) -> None:
        self.actors.pop(_sid(), None)
        self.joined.pop(_sid(), None)

    def join(self, asked: object) -> dict[str, Any]:
        """Let the page into a room and hand over what it missed since its cursor."""
        room, since = _asked(asked)
        sid = _sid()
        if room is None or len(self.joined[sid]) >= ROOMS_A_PAGE:
            return {"ok": False}
        with reading_session(self.engine) as session:
            if not self.may_join(session, self.actors.get(sid, STRANGER), room):
                return {"ok": False}
            # The room first, then the rows: what is told in between comes twice, never not at all.
            join_room(room)
            self.joined[sid].add(room)
            cursor = changes.newest(session)
            missed = [] if since is None else changes.missed(session, room, since)
        return {"ok": True, "cursor": cursor, "missed": missed}

    def may_join(self, session: Session, actor: Actor, room: str) -> bool:
        kinds = [kind for kind in self.registry.rooms if room.startswith(kind.prefix)]
        return any(kind.may_join(session, actor, room) for kind in kinds)

    def leave(self, asked: object) -> None:
        room, _ = _asked(asked)
        if room is not None:
            leave_room(room)
            self.joined[_sid()].discard(room)

    def tell(self, told: list[changes.Told]) -> None:
        for room, seq, item in told:
            self.pending[room].append((seq, item))

    def tick(self) -> None:
        """Send what gathered since the last tick, one frame a room."""
        pending, self.pending = self.pending, defaultdict(list)
        for room, found in pending.items():
            items = [item for _, item in found]
            cursor = max(seq for seq, _ in found)
            frame = {"room": room, "cursor": cursor, "items": items}
            self.socketio.emit("changes", frame, to=room)

    def run(self) -> None:
        while True:
            time.sleep(TICK_S)
            try:
                self.tick()
            except Exception:
                log.exception("a tick failed; pages resume by cursor")

    def evict(self, person_id: UUID) -> None:
        """Close every socket of a person whose right ended; what is left they may join again."""
        for sid, actor in list(self.actors.items()):
            if actor.id == person_id:
                self.socketio.server.disconnect(sid)


def _sid() -> str:
    return str(getattr(request, "sid", ""))


def _asked(asked: object) -> tuple[str | None, int | None]:
    if not isinstance(asked, dict):
        return None, None
    room, since = asked.get("room"), asked.get("since")
    good = isinstance(room, str) and 0 < len(room) <= 60
    cursor = since if isinstance(since, int) and not isinstance(since, bool) else None
    return (str(room) if good else None), cursor


def install(app: Flask, settings: Settings, engine: Engine, registry: Registry) -> Hub:
    """Put the socket server on `app`; it serves under gevent, and in tests under threads."""
    socketio = SocketIO()
    mode = "gevent" if monkey.is_module_patched("socket") else "threading"
    extra: dict[str, Any] = {}
    if mode == "gevent":
        extra["client_manager"] = managed(settings.redis_url)
    socketio.init_app(
        app,
        async_mode=mode,
        transports=["websocket"],
        max_http_buffer_size=LARGEST_FRAME,
        cors_allowed_origins=None,
        manage_session=False,
        **extra,
    )
    if mode == "gevent":
        use(socketio.server)
    hub = Hub(socketio, engine, registry)
    socketio.on_event("connect", hub.connect)
    socketio.on_event("disconnect", hub.disconnect)
    socketio.on_event("join", hub.join)
    socketio.on_event("leave", hub.leave)
    changes.listeners[:] = [hub.tell]
    registry.jobs.append(Job("realtime.sweep", SWEEP_S, changes.sweep))
    app.extensions["hub"] = hub
    app.extensions.setdefault("background", []).append(hub.run)
    return hub
