"""Put the socket server on an application."""

from flask import Flask
from flask_socketio import SocketIO
from gevent import monkey
from sqlalchemy import Engine

from services.config import Settings
from services.jobs import Job
from services.realtime import changes, rights
from services.realtime.fanout import Rooms
from services.realtime.hub import Hub
from services.realtime.transport import use
from services.registry import Registry

LARGEST_FRAME = 16_384
SWEEP_S = 600


def install(app: Flask, settings: Settings, engine: Engine, registry: Registry) -> Hub:
    """Give `app` its hub; sockets are served under gevent, and in tests under threads.

    `app.extensions["pages"]` keeps the application as it was without sockets.
    """
    app.extensions["pages"] = app.wsgi_app
    mode = "gevent" if monkey.is_module_patched("socket") else "threading"
    socketio = SocketIO()
    socketio.init_app(
        app,
        async_mode=mode,
        client_manager=Rooms(),
        transports=["websocket"],
        max_http_buffer_size=LARGEST_FRAME,
        cors_allowed_origins=_origins(settings),
        manage_session=False,
    )
    if mode == "gevent":
        use(socketio.server)
    hub = Hub(socketio, engine, registry, settings.redis_url)
    for name in ("connect", "disconnect", "join", "leave"):
        socketio.on_event(name, getattr(hub, name))
    changes.listeners[:] = [hub.ticks.tell]
    rights.listeners[:] = [hub.evict]
    registry.jobs.append(Job("realtime.sweep", SWEEP_S, changes.sweep))
    app.extensions["hub"] = hub
    return hub


def _origins(settings: Settings) -> list[str] | None:
    """Return whose pages may open sockets: the city's address; in the demo whatever served them."""
    secure = settings.base_url.startswith("https:")
    return [settings.base_url.rstrip("/")] if secure else None
