"""Everything the table of who gets what brings to the application."""

import logging

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from participation.reports.routing import actions, console, queries, seeds
from participation.reports.routing.actions import CalendarInput
from services import clock
from services.auth import STRANGER
from services.config import Settings
from services.db import reading_session, unit_of_work
from services.registry import BoundKind, Holding, MenuEntry, PrivacyHook, Registry

log = logging.getLogger(__name__)


def begin_calendar(engine: Engine, settings: Settings) -> None:
    """Give a city that has none yet the calendar its settings name; a clerk changes it later.

    A database that is away, or not migrated yet, is no reason not to start.
    """
    first = CalendarInput(country=settings.country, zone=settings.timezone)
    try:
        with reading_session(engine) as reading:
            if queries.has_calendar(reading):
                return
        with unit_of_work(engine) as session:
            actions.set_calendar(session, STRANGER, first, at=clock.now())
    except DBAPIError as error:
        log.warning("the calendar is not begun: %s", type(error.orig).__name__)
    finally:
        # What serves is made of this process; it must not inherit a line to the database.
        engine.dispose()


HOLDING = Holding(
    "queue",
    "Rules that give me work",
    "the city team",
    "until the rule names another",
    {"routing_rules": "Rules"},
)


def register(registry: Registry) -> None:
    registry.blueprints.append(console.pages)
    registry.seeds.append(seeds.seed_routing)
    registry.menu.append(
        MenuEntry("console", "Who gets what", "/console/routing/", "fork", 22, "officer", True)
    )
    registry.bounds += [
        BoundKind("area", "Areas", queries.area_names),
        BoundKind("body", "Bodies", queries.body_names),
    ]
    registry.privacy.append(
        PrivacyHook(
            "routing", HOLDING, frozenset({"routing_rule"}), queries.export_of, actions.erase_person
        )
    )
