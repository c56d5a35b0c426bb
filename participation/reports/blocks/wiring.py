"""Everything first looks and blocks bring to the application."""

from participation.reports.blocks import actions, console, queries
from services.registry import MenuEntry, PrivacyHook, Registry


def register(registry: Registry) -> None:
    registry.blueprints.append(console.pages)
    registry.home_cards.append(console.home_cards)
    registry.menu.append(
        MenuEntry("console", "First look", "/console/first-look", "clock", 12, "moderator")
    )
    registry.privacy.append(
        PrivacyHook(
            "report_blocks",
            frozenset({"report_block", "report_trace"}),
            queries.export_of,
            actions.erase_person,
        )
    )
