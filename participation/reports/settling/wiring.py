"""Everything the question whether it is fixed brings to the application."""

from participation.events.judge import SettlingAsked
from participation.events.reports import ReportMoved
from participation.reports.rules import UNDO_S
from participation.reports.settling import actions, queries, subscribers, views
from services.registry import Holding, PrivacyHook, Registry

HOLDING = Holding(
    "star",
    "What I said of answers",
    "everyone, without your name",
    "for good; without you once you erase your data",
    {"asked": "Asked", "ratings": "Ratings"},
)


def register(registry: Registry) -> None:
    registry.blueprints.append(views.pages)
    registry.subscriptions.on(ReportMoved, subscribers.renew_promise, after_s=UNDO_S)
    asker = subscribers.Asker(registry.settings)
    registry.subscriptions.on(SettlingAsked, asker.mail_asking)
    registry.weighs[subscribers.ASKED] = subscribers.weigh_asking
    registry.privacy.append(
        PrivacyHook(
            "askings",
            HOLDING,
            frozenset({"report_asking", "report_rating"}),
            queries.export_of,
            actions.erase_person,
        )
    )
