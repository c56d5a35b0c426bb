"""A gevent server for pages and sockets that ends well."""

import logging
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

import gevent
from flask import Flask
from gevent.event import Event
from gevent.pywsgi import WSGIServer
from werkzeug.wsgi import ClosingIterator

from services.realtime import Hub
from services.serving.background import Background

log = logging.getLogger(__name__)
LAST_ANSWERS_S = 10.0
GOODBYE_S = 0.3
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Counted:
    """Counts the requests that are being answered, so that a stop can wait for them."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app
        self.active = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.active += 1
        try:
            answer = self._app(environ, start_response)
        except BaseException:
            self._left()
            raise
        return ClosingIterator(answer, self._left)

    def _left(self) -> None:
        self.active -= 1


def serve_until_stopped(app: Flask, wsgi: Wsgi, listener: Any, background: Background) -> None:
    """Answer until SIGTERM or SIGINT; then finish what was begun and return."""
    counted, stop, hub = Counted(wsgi), Event(), app.extensions["hub"]
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stop.set)
    server = WSGIServer(listener, counted, log=None, error_log=None)
    server.start()
    stop.wait()
    log.info("stopping: no new requests, the last ones are answered")
    server.stop_accepting()
    _see_off(counted, hub)
    background.stop()
    # The last news of the work that just ended.
    hub.ticks.tick()
    server.stop(timeout=0)


def _see_off(counted: Counted, hub: Hub) -> None:
    hub.close_all()
    end = time.monotonic() + LAST_ANSWERS_S
    while counted.active and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(GOODBYE_S)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket whose connections send small answers at once (TCP_NODELAY)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        text = f"Port {port} is taken. Start with another one: PORT={port + 1} make run"
        raise SystemExit(text) from error
    listener.listen(4096)
    return listener


def allow_many_sockets() -> None:
    """Let this process hold as many sockets as the system grants it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
