"""Everything stickers bring to the application."""

from participation.reports.stickers import console, views
from services.registry import MenuEntry, Registry


def register(registry: Registry) -> None:
    registry.blueprints += [console.pages, views.pages]
    registry.menu.append(MenuEntry("console", "Stickers", "/console/stickers", "sticker", 25))
