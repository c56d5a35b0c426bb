"""Everything followed places bring to the application."""

from functools import partial

from participation.alerts import actions, jobs, queries, telling, views
from participation.alerts.jobs import Clerk, forget_removed
from participation.alerts.subscribers import Listener
from participation.alerts.telling import Sources
from participation.events.alerts import DigestMade
from participation.events.reports import ReportMoved, ReportOpened
from services.jobs import Job
from services.registry import Holding, PrivacyHook, Registry

HOLDING = Holding(
    "bell",
    "Places and words I follow",
    "only you",
    "until you let go of them",
    {"places": "Followed", "found": "Reports found there"},
)


def register(registry: Registry) -> None:
    told_of, ward_of, ward_names = (
        registry.offered(f"reports.{name}") for name in ("told_of", "ward_of", "ward_names")
    )
    sources = Sources(registry.settings, told_of, ward_of, ward_names)
    registry.offers["alerts.sources"] = lambda: sources
    _listen(registry, sources)
    registry.blueprints.append(views.pages)
    registry.jobs.append(Job("alerts.forget_removed", jobs.HOUR_S, forget_removed))
    registry.home_places.append(
        lambda session, actor: queries.spots_of(session, actor.id) if actor.id else []
    )
    registry.privacy.append(
        PrivacyHook(
            "alerts",
            HOLDING,
            frozenset({"alert", "alert_hit", "alert_times"}),
            queries.export_of,
            actions.erase_person,
        )
    )


def _listen(registry: Registry, sources: Sources) -> None:
    """Let alerts hear of reports; `sources` is what they ask of those who know."""
    listener = Listener(sources)
    registry.subscriptions.on(ReportOpened, listener.hear_opened)
    registry.subscriptions.on(ReportMoved, listener.hear_moved)
    registry.subscriptions.on(DigestMade, listener.mail_digest)
    registry.weighs[telling.ONE] = partial(telling.weigh_one, sources)
    registry.weighs[telling.MANY] = partial(telling.weigh_many, sources)
    clerk = Clerk(sources)
    registry.jobs.append(Job("alerts.tell_due", jobs.EVERY_S, clerk.tell_due))
    registry.jobs.append(Job("alerts.put_right", jobs.RIGHT_EVERY_S, clerk.put_right))
