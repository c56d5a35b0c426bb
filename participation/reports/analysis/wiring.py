"""Everything the analysis brings to the application."""

from participation.reports.analysis import console
from services.registry import MenuEntry, Registry


def register(registry: Registry) -> None:
    registry.blueprints.append(console.pages)
    registry.menu.append(MenuEntry("console", "Analysis", "/console/analysis", "chart", 20))
