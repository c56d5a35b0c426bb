"""Everything promises bring to the application."""

from participation.reports.promises import console, jobs, views
from services.jobs import Job
from services.registry import MenuEntry, Registry


def register(registry: Registry) -> None:
    registry.blueprints += [views.pages, console.pages]
    registry.jobs.append(Job("reports.escalation", jobs.EVERY_S, jobs.escalate_forgotten))
    registry.menu.append(MenuEntry("console", "Workload", "/console/workload", "people", 21))
