"""Everything ready answers bring to the application."""

from participation.reports.answers import console
from services.registry import MenuEntry, Registry


def register(registry: Registry) -> None:
    registry.blueprints.append(console.pages)
    registry.menu.append(MenuEntry("console", "Ready answers", "/console/answers/", "reply", 23))
