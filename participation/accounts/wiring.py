"""Everything accounts bring to the application."""

from datetime import datetime

from participation.accounts import actions, console, queries, views
from services.db import Session
from services.maps import Town
from services.registry import MenuEntry, PrivacyHook, Registry


def register(registry: Registry) -> None:
    registry.blueprints += [views.pages, console.pages]
    registry.identify = queries.identify
    registry.seeds.append(_settle)
    registry.menu += [
        MenuEntry("resident", "Me", "/me", "person", 90),
        MenuEntry("console", "People", "/console/people/", "person", 30, "operator"),
    ]
    registry.privacy.append(
        PrivacyHook(
            "accounts",
            frozenset({"person_role", "sign_in_session"}),
            queries.export_of,
            actions.erase_person,
        )
    )


def _settle(session: Session, _town: Town, at: datetime) -> None:
    actions.ensure_cast(session, at)
