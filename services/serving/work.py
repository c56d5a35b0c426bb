"""`worker`: deliveries, timers, push; no pages."""

from flask import Flask

from services.realtime import Hub
from services.serving.background import Background, start_news, start_work
from services.serving.counting import tell_counts
from services.serving.stopping import asked_to_end


def serve(app: Flask) -> None:
    """Work until SIGTERM or SIGINT; what was begun is finished, so that no lease is left."""
    wait = asked_to_end()
    tell_counts(app.extensions["settings"].metrics_bind)
    hub: Hub = app.extensions["hub"]
    background = Background()
    start_news(app, background)
    if hub.relay is not None:
        background.start(hub.relay.listen)
    start_work(app, background)
    print("Madang works", flush=True)
    wait()
    background.stop()
    hub.ticks.tick()
