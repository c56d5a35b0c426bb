"""Everything first looks and blocks bring to the application."""

from functools import partial

from participation.events.accounts import PersonJoined
from participation.reports.blocks import actions, console, queries, subscribers
from services.registry import Holding, MenuEntry, PrivacyHook, Registry

HOLDING = Holding(
    "clock",
    "First looks and blocks",
    "the city team",
    "a trace for 90 days; a block until it ends, even past your account",
    {"traces": "Reports whose browser is noted", "blocks": "Blocks"},
)


def register(registry: Registry) -> None:
    registry.blueprints.append(console.pages)
    keeper = subscribers.Doorkeeper(registry.settings)
    registry.subscriptions.on(PersonJoined, keeper.block_again)
    registry.home_cards.append(console.home_cards)
    registry.menu.append(
        MenuEntry(
            "console", "First look", "/console/first-look", "st-acknowledged", 12, "moderator"
        )
    )
    registry.privacy.append(
        PrivacyHook(
            "report_blocks",
            HOLDING,
            frozenset({"report_block", "report_trace"}),
            queries.export_of,
            partial(actions.erase_person, secret=registry.settings.secret_key),
        )
    )
