"""`serve`: pages, sockets and background work in one process, for the demo and small towns."""

from flask import Flask

from services.config import Settings
from services.serving.background import Background, start_news, start_sockets, start_work
from services.serving.listening import allow_many_sockets, listen, serve_until_stopped


def serve(app: Flask, settings: Settings) -> None:
    """Serve until stopped."""
    allow_many_sockets()
    background = Background()
    start_news(app, background)
    start_sockets(app, background)
    start_work(app, background)
    listener = listen(settings.bind, settings.port)
    print(f"Madang is open at {settings.base_url}", flush=True)
    serve_until_stopped(app, app.wsgi_app, listener, background)
