"""Everything what was deleted brings to the application."""

from participation.reports.removals import actions, jobs, queries
from services.jobs import Job
from services.registry import Holding, PrivacyHook, Registry

HOLDING = Holding(
    "close",
    "What I deleted in the console",
    "only you, to put it back",
    "about an hour",
    {"removed": "Deleted things"},
)


def register(registry: Registry) -> None:
    job = Job("reports.removed_rows", jobs.FORGET_EVERY_S, jobs.expire_removed_rows)
    registry.jobs.append(job)
    registry.privacy.append(
        PrivacyHook(
            "removals", HOLDING, frozenset({"removed_row"}), queries.export_of, actions.erase_person
        )
    )
