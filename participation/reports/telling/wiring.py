"""Everything that letters of steps bring to the application."""

from participation.events.letters import LetterAwaited
from participation.reports.telling import actions, queries, rules, subscribers, views
from services.registry import Holding, PrivacyHook, Registry

HOLDING = Holding(
    "letter",
    "Letters I stopped",
    "only you",
    "until you turn them on again",
    {"letters_stopped": "Kinds of letters"},
)


def register(registry: Registry) -> None:
    registry.blueprints.append(views.pages)
    teller = subscribers.Teller(registry.settings)
    registry.subscriptions.on(LetterAwaited, teller.mail_step)
    registry.weighs[rules.FOLLOWED] = subscribers.weigh_step
    registry.privacy.append(
        PrivacyHook(
            "letters_stopped",
            HOLDING,
            frozenset({"letters_stopped"}),
            queries.export_of,
            actions.erase_person,
        )
    )
