"""Start the application: all in one process, or the steps before it."""

import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable

from flask import Flask
from gevent import monkey
from gevent.pywsgi import WSGIServer

from services import clock
from services.config import Settings, SettingsError, load
from services.db import migrate
from services.jobs import Scheduler
from services.outbox import Dispatcher

Factory = Callable[[Settings], Flask]
USAGE = "usage: python -m app serve | migrate | demo | simulate"


def command_line(create_app: Factory) -> None:
    """Run what the first argument names; a failure says what to do."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "serve" and not monkey.is_module_patched("socket"):
        _restart_patched()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings = load()
    except SettingsError as error:
        raise SystemExit(f"Settings: {error}") from error
    if command == "migrate":
        migrate.upgrade(settings.database_url)
    elif command == "serve":
        serve(create_app(settings), settings)
    elif command in ("demo", "simulate"):
        app = create_app(settings)
        app.cli.main(args=["city", command], prog_name="app", standalone_mode=True, obj=None)
    else:
        raise SystemExit(USAGE)


def _restart_patched() -> None:
    """Start again under gevent, which must patch the standard library before it is imported."""
    script = os.path.abspath(sys.argv[0])
    patched = [sys.executable, "-m", "gevent.monkey", script, *sys.argv[1:]]
    os.execv(sys.executable, patched)  # noqa: S606


def serve(app: Flask, settings: Settings) -> None:
    """Serve pages and sockets and run the background work until stopped."""
    for work in background(app):
        threading.Thread(target=work, daemon=True).start()
    listener = listen("127.0.0.1", settings.port)
    print(f"Madang is open at {settings.base_url}", flush=True)
    server = WSGIServer(listener, app.wsgi_app, log=None, error_log=None)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.stop(timeout=3)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket whose connections send small answers at once (TCP_NODELAY)."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        text = f"Port {port} is taken. Start with another one: PORT={port + 1} make run"
        raise SystemExit(text) from error
    listener.listen(1024)
    return listener


def background(app: Flask) -> list[Callable[[], None]]:
    """Return the loops that run beside the pages: outbox, timers, and what services added."""
    engine, registry = app.extensions["engine"], app.extensions["registry"]
    dispatcher = Dispatcher(engine, registry.subscriptions)
    scheduler = Scheduler(engine, registry.jobs)

    def timers() -> None:
        while True:
            scheduler.turn(clock.now())
            time.sleep(1)

    return [dispatcher.run, timers, *app.extensions.get("background", [])]
