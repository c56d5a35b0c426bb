"""Everything feeds of reports bring to the application."""

from participation.reports.feeds import views
from services.registry import Registry


def register(registry: Registry) -> None:
    registry.blueprints.append(views.pages)
