"""Everything the public history brings to the application."""

from participation.reports.history import jobs, views
from services.jobs import Job
from services.registry import Registry


def register(registry: Registry) -> None:
    registry.blueprints.append(views.pages)
    registry.jobs.append(Job("reports.history", jobs.EVERY_S, jobs.keep_history))
