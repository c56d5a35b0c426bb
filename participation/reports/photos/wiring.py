"""Everything pictures of reports bring to the application."""

from participation.events.reports import ReportOpened
from participation.reports.photos import access, actions, jobs, queries, views
from services.jobs import Job
from services.registry import Holding, PrivacyHook, Registry

HOLDING = Holding(
    "camera",
    "Pictures before they were covered",
    "the city team, and each look is noted",
    "30 days at most",
    {"originals": "Pictures"},
)


def register(registry: Registry) -> None:
    registry.pictures.append(access.may_see_picture)
    registry.held_pictures.append(queries.held_pictures)
    registry.blueprints.append(views.pages)
    registry.subscriptions.on(ReportOpened, jobs.cover_known)
    registry.jobs.append(Job("reports.originals", jobs.HOUR_S, jobs.expire_originals))
    registry.jobs.append(Job("reports.removed_photos", jobs.HOUR_S, jobs.expire_removed))
    registry.privacy.append(
        PrivacyHook(
            "report_photos",
            HOLDING,
            frozenset({"photo_original"}),
            queries.export_of,
            actions.erase_person,
        )
    )
