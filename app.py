"""Build the application from its settings and its domains; `python -m app` runs it."""

import services.patched  # before all else

# isort: split
from flask import Flask

import participation.accounts.wiring
import participation.alerts.wiring
import participation.demo.wiring
import participation.home.wiring
import participation.moderation.wiring
import participation.reports.routing.wiring
import participation.reports.wiring
from services import letters, maps, media, outbox, push, realtime, web
from services.auth import oidc
from services.config import Settings, load
from services.db import make_engine
from services.jobs import Job
from services.registry import Registry
from services.serving import command_line

services.patched.loaded()

DOMAINS = (
    participation.accounts.wiring,
    participation.reports.wiring,
    participation.alerts.wiring,
    participation.moderation.wiring,
    participation.home.wiring,
    participation.demo.wiring,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application; raises SettingsError when a setting is odd."""
    settings = settings or load()
    app = Flask(__name__)
    registry = Registry(settings=settings)
    for domain in DOMAINS:
        domain.register(registry)
    engine = make_engine(settings.database_url)
    participation.reports.routing.wiring.begin_calendar(engine, settings)
    web.install(app, settings, engine, registry)
    oidc.install(app, settings)
    media.install(app, settings)
    letters.install(app, registry, settings)
    registry.jobs.append(Job("outbox.prune", outbox.PRUNE_EVERY_S, outbox.prune))
    push.install(app, registry, settings)
    registry.blueprints.append(maps.tiles_blueprint(settings.tiles_path))
    for blueprint in registry.blueprints:
        app.register_blueprint(blueprint)
    for command in registry.cli:
        app.cli.add_command(command)
    realtime.install(app, settings, engine, registry)
    return app


if __name__ == "__main__":
    command_line(create_app, participation.accounts.wiring.refuse_cast)
