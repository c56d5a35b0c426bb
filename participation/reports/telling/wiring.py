"""Everything that letters of steps bring to the application."""

from collections.abc import Callable

from participation.events.letters import LetterAwaited
from participation.reports.telling import actions, queries, subscribers, views
from services.auth import Actor
from services.config import Settings
from services.db import Session
from services.letters import Addressed
from services.registry import PrivacyHook, Registry


def register(registry: Registry) -> None:
    registry.blueprints.append(views.pages)
    registry.privacy.append(
        PrivacyHook(
            "letters_stopped",
            frozenset({"letters_stopped"}),
            queries.export_of,
            actions.erase_person,
        )
    )


def tell_by_mail(
    registry: Registry, settings: Settings, me: Callable[[Session, Actor], Addressed]
) -> None:
    """Let letters tell those whom no browser reaches; `me` says whose address is which."""
    registry.subscriptions.on(LetterAwaited, subscribers.Teller(settings, me).mail_step)
