"""Everything pictures of reports bring to the application."""

from participation.events.reports import ReportOpened
from participation.reports.photos import access, actions, jobs, queries, views
from services.jobs import Job
from services.registry import Holding, PrivacyHook, Registry

HOLDING = Holding(
    "camera",
    "Pictures that others do not see",
    "the city team; each look under a cover is noted",
    "under a cover 30 days at most; those not looked over yet until somebody has",
    {"originals": "Pictures before they were covered", "unlooked": "Not looked over yet"},
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
