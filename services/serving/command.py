"""The command line: what the first argument names is run; a failure says what to do."""

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import Engine

from services.config import Settings, SettingsError, load
from services.db import make_engine, migrate
from services.db.shape import OldShapeError, refuse_old
from services.serving import alone, ingest, pages, sockets, work

Factory = Callable[[Settings], Flask]
Refuse = Callable[[Engine, Settings], None]
KINDS = "run | serve | web | realtime | worker | ingest | migrate | demo | simulate"
USAGE = f"usage: python -m app {KINDS}"
APART = ("web", "realtime", "worker")
LASTING = ("serve", "ingest", *APART)


def command_line(create_app: Factory, refuse: Refuse) -> None:
    """Run what the first argument names; `refuse` raises SettingsError where nothing may last."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    # What it tells of its own threads, for each picture, is no news to who runs a city.
    logging.getLogger("pyvips").setLevel(logging.WARNING)
    try:
        settings = load()
    except SettingsError as error:
        raise SystemExit(f"Settings: {error}") from error
    if command in APART and not settings.redis_url:
        text = (
            f"{command} is one process of several, which meet in Redis: set REDIS_URL, or run serve"
        )
        raise SystemExit(text)
    if command == "ingest" and not (settings.mail_in_bind and settings.mail_in_domain):
        raise SystemExit("ingest needs MADANG_MAIL_IN_BIND and MADANG_MAIL_IN_DOMAIN")
    if command == "run":
        migrate.upgrade(settings.database_url)
    if command in (*LASTING, "run"):
        _refuse(settings, refuse)
    _run(command, create_app, settings)


def _refuse(settings: Settings, refuse: Refuse) -> None:
    """End where the database is none that this version, or these settings, may work with."""
    engine = make_engine(settings.database_url)
    try:
        refuse_old(engine)
        refuse(engine, settings)
    except OldShapeError as error:
        raise SystemExit(f"Database: {error}") from error
    except SettingsError as error:
        raise SystemExit(f"Settings: {error}") from error
    finally:
        engine.dispose()


def _run(command: str, create_app: Factory, settings: Settings) -> None:
    if command == "migrate":
        migrate.upgrade(settings.database_url)
    elif command == "run":
        app = create_app(settings)
        with _living(app, settings):
            alone.serve(app, settings)
    elif command == "serve":
        alone.serve(create_app(settings), settings)
    elif command == "web":
        pages.serve(create_app, settings)
    elif command == "realtime":
        sockets.serve(create_app(settings), settings)
    elif command == "worker":
        work.serve(create_app(settings))
    elif command == "ingest":
        ingest.serve(create_app(settings), settings)
    elif command in ("demo", "simulate"):
        _city(create_app(settings), command, *sys.argv[2:])
    else:
        raise SystemExit(USAGE)


@contextmanager
def _living(app: Flask, settings: Settings) -> Iterator[None]:
    """Make the demo city where people may play, and let its people act while it is served.

    In production nobody is made up.
    """
    if settings.mode == "production":
        yield
        return
    _city(app, "demo")
    if not settings.demo_rate:
        yield
        return
    words = [sys.executable, "-m", "app", "simulate", "--beside", "--rate", str(settings.demo_rate)]
    quiet = subprocess.DEVNULL
    # Its input is held open from here, so that it ends with this process however that ends.
    with subprocess.Popen(  # noqa: S603  our own program
        words, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet
    ) as people:
        try:
            yield
        finally:
            people.terminate()


def _city(app: Flask, *words: str) -> None:
    """Run a command of the city's own group, as `flask city` would, in this very application.

    Left to itself Flask would make another, and what changes here would be told to that one's
    pages.
    """
    by_itself = words[0] != "demo"
    here = ScriptInfo(create_app=lambda: app)
    app.cli.main(args=["city", *words], prog_name="app", standalone_mode=by_itself, obj=here)
