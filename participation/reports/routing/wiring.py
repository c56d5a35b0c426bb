"""Everything the table of who gets what brings to the application."""

from participation.reports.routing import actions, console, queries, seeds
from services.registry import MenuEntry, PrivacyHook, Registry


def register(registry: Registry) -> None:
    registry.blueprints.append(console.pages)
    registry.seeds.append(seeds.seed_routing)
    registry.menu.append(
        MenuEntry("console", "Who gets what", "/console/routing/", "map", 22, "officer")
    )
    registry.privacy.append(
        PrivacyHook("routing", frozenset({"routing_rule"}), queries.export_of, actions.erase_person)
    )
