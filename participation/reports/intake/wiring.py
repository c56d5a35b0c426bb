"""Everything letters and calls bring to the application."""

from participation.reports.intake import actions, console, jobs, letters, queries, views
from services.jobs import Job
from services.registry import Holding, MenuEntry, PrivacyHook, Registry

HOLDING = Holding(
    "letter",
    "Reports by letter and by phone",
    "you, and the city team",
    "90 days; without you once you erase your data",
    {"letters": "Letters", "links": "Links to a report told by phone"},
)


def register(registry: Registry) -> None:
    registry.blueprints.append(console.pages)
    registry.blueprints.append(views.pages)
    registry.letters = letters.receive
    registry.jobs.append(Job("reports.forget_past", jobs.HOUR_S, jobs.forget_past))
    registry.held_pictures.append(queries.held_pictures)
    registry.menu.append(MenuEntry("console", "Phone", "/console/phone", "phone", 14))
    registry.privacy.append(
        PrivacyHook(
            "report_letters",
            HOLDING,
            frozenset({"letter_in", "caller_link"}),
            queries.export_of,
            actions.erase_person,
        )
    )
