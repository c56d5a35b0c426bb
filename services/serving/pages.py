"""`web`: pages alone, in threads; sockets and background work live in other processes."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from services.config import Settings
from services.serving.background import Background, start_news, start_wakes

THREADS = 8
LAST_ANSWERS_S = 15


def serve(create_app: Callable[[Settings], Flask], settings: Settings) -> None:
    """Serve pages until stopped; requests that were begun are answered."""

    def load(_target: str) -> Any:
        """Build the application in the process that serves it, after the fork."""
        app = create_app(settings)
        background = Background()
        start_news(app, background)
        start_wakes(app, background)
        return app.extensions["pages"]

    Granian(
        "app",
        address=settings.bind,
        port=settings.port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=LAST_ANSWERS_S,
    ).serve(target_loader=load)
