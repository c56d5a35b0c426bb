"""Everything news of followed reports bring to the application."""

from participation.reports.news import views
from services.registry import Registry


def register(registry: Registry) -> None:
    registry.blueprints.append(views.pages)
