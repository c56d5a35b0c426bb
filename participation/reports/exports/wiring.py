"""Everything files of reports bring to the application."""

from participation.events.exports import ExportAwaited
from participation.events.reports import ReportMoved
from participation.reports.exports import actions, console, jobs, queries
from services.jobs import Job
from services.registry import Holding, MenuEntry, PrivacyHook, Registry, Room

HOLDING = Holding("list", "Files I asked for", "only you", "seven days", {"files": "Files"})


def register(registry: Registry) -> None:
    registry.blueprints += [console.pages, console.console]
    registry.subscriptions.on(ExportAwaited, jobs.write_awaited)
    registry.subscriptions.on(ReportMoved, jobs.end_hidden)
    registry.jobs.append(Job("reports.exports", jobs.HOUR_S, jobs.forget_expired))
    registry.rooms.append(Room("export:", console.may_watch))
    registry.menu.append(MenuEntry("console", "Exports", "/console/export", "download", 25))
    registry.privacy.append(
        PrivacyHook(
            "report_exports",
            HOLDING,
            frozenset({"report_export"}),
            queries.export_of,
            actions.erase_person,
        )
    )
