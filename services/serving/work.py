"""`worker`: deliveries, timers, push; no port."""

import signal
import threading

from flask import Flask

from services.realtime import Hub
from services.serving.background import Background, start_news, start_work


def serve(app: Flask) -> None:
    """Work until SIGTERM or SIGINT; what was begun is finished, so that no lease is left."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    hub: Hub = app.extensions["hub"]
    background = Background()
    start_news(app, background)
    if hub.relay is not None:
        background.start(hub.relay.listen)
    start_work(app, background)
    print("Madang works", flush=True)
    stop.wait()
    background.stop()
    hub.ticks.tick()
