"""Everything moderation brings to the application."""

from participation.moderation import cli, console
from services import audit
from services.jobs import Job
from services.registry import MenuEntry, Registry


def register(registry: Registry) -> None:
    registry.blueprints.append(console.pages)
    registry.cli.append(cli.audit)
    registry.jobs.append(Job("audit.check", audit.CHECK_EVERY_S, audit.check_on))
    registry.menu += [
        MenuEntry("console", "Audit", "/console/audit", "audit", 40, "officer", True),
        MenuEntry("console", "Failed", "/console/dead-letters", "warning", 50, "operator"),
    ]
