"""Everything the question whether it is fixed brings to the application."""

from collections.abc import Callable

from participation.events.judge import SettlingAsked
from participation.events.reports import ReportMoved
from participation.reports.rules import UNDO_S
from participation.reports.settling import actions, queries, subscribers, views
from services.auth import Actor
from services.config import Settings
from services.db import Session
from services.letters import Addressed
from services.registry import PrivacyHook, Registry


def register(registry: Registry) -> None:
    registry.blueprints.append(views.pages)
    registry.subscriptions.on(ReportMoved, subscribers.renew_promise, after_s=UNDO_S)
    registry.privacy.append(
        PrivacyHook(
            "askings",
            frozenset({"report_asking", "report_rating"}),
            queries.export_of,
            actions.erase_person,
        )
    )


def ask_by_mail(
    registry: Registry,
    settings: Settings,
    me: Callable[[Session, Actor], Addressed],
) -> None:
    """Let letters ask those whom no browser reaches; `me` says whose address is which."""
    registry.subscriptions.on(SettlingAsked, subscribers.Asker(settings, me).mail_asking)
