"""Everything other bodies bring to the application."""

from functools import partial

from flask.blueprints import BlueprintSetupState

from participation.events.reports import ReportChanged, ReportMoved, ReportOpened
from participation.reports.forwarding import (
    console,
    matching,
    queries_unheard,
    subscribers,
    waits,
)
from participation.reports.forwarding.jobs import Courier
from participation.reports.forwarding.jobs_words import Messenger
from participation.reports.rules import UNDO_S
from services.jobs import Job
from services.registry import MenuEntry, Registry


def _start_courier(state: BlueprintSetupState) -> None:
    """Give an application those that go out with reports and words; they run where work is done."""
    extensions = state.app.extensions
    courier = Courier(extensions["engine"], extensions["settings"])
    extensions["courier"] = courier
    messenger = Messenger(extensions["engine"], extensions["settings"])
    extensions["messenger"] = messenger
    extensions.setdefault("background", []).extend((courier.run, messenger.run))


console.pages.record(_start_courier)


def register(registry: Registry) -> None:
    registry.blueprints.append(console.pages)
    registry.subscriptions.on(ReportOpened, subscribers.forward_opened)
    registry.subscriptions.on(ReportMoved, subscribers.pass_on_moved, after_s=UNDO_S)
    registry.subscriptions.on(ReportChanged, subscribers.pass_on_photos, after_s=UNDO_S)
    registry.menu.append(
        MenuEntry("console", "Other bodies", "/console/bodies", "city", 61, "operator")
    )
    right = Job("reports.forwarding_put_right", waits.RIGHT_EVERY_S, waits.put_right)
    news = partial(waits.put_news_right, follow_s=registry.settings.forward_follow_s)
    news_right = Job("reports.forwarding_put_news_right", waits.NEWS_RIGHT_EVERY_S, news)
    registry.jobs.extend([right, news_right])
    registry.stuck += [queries_unheard.refused, queries_unheard.unwanted]
    registry.onward.append(matching.onward_name)
