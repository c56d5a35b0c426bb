"""Everything promises bring to the application."""

from flask.blueprints import BlueprintSetupState

from participation.reports.promises import console, jobs, views
from participation.reports.promises.counting import Counted
from services.jobs import Job
from services.registry import MenuEntry, Registry


def _start(state: BlueprintSetupState) -> None:
    """Give an application its own memory of what was counted of late."""
    state.app.extensions["promises"] = Counted()


views.pages.record(_start)


def register(registry: Registry) -> None:
    registry.blueprints += [views.pages, console.pages]
    registry.jobs.append(Job("reports.escalation", jobs.EVERY_S, jobs.escalate_forgotten))
    registry.menu.append(MenuEntry("console", "Workload", "/console/workload", "people", 21))
