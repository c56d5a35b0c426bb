"""`realtime`: sockets alone, under gevent; a balancer leads /socket.io/ here."""

from collections.abc import Iterable
from typing import Any

from flask import Flask

from services.config import Settings
from services.serving.background import Background, start_news, start_sockets
from services.serving.listening import Wsgi, allow_many_sockets, listen, serve_until_stopped

ANSWERED = ("/socket.io/", "/health", "/metrics")


def serve(app: Flask, settings: Settings) -> None:
    """Serve sockets until stopped."""
    allow_many_sockets()
    background = Background()
    start_news(app, background)
    start_sockets(app, background)
    listener = listen(settings.bind, settings.port)
    serve_until_stopped(app, _sockets_only(app.wsgi_app), listener, background)


def _sockets_only(app: Wsgi) -> Wsgi:
    """Leave the pages to the processes that are made for them."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if str(environ.get("PATH_INFO", "")).startswith(ANSWERED):
            return app(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"only sockets live here\n"]

    return answer
