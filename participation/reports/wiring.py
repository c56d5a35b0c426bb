"""Everything reports bring to the application, room by room."""

import participation.reports.analysis.wiring
import participation.reports.answers.wiring
import participation.reports.blocks.wiring
import participation.reports.exports.wiring
import participation.reports.feeds.wiring
import participation.reports.forwarding.wiring
import participation.reports.history.wiring
import participation.reports.intake.wiring
import participation.reports.news.wiring
import participation.reports.open311.wiring
import participation.reports.photos.wiring
import participation.reports.promises.wiring
import participation.reports.removals.wiring
import participation.reports.routing.wiring
import participation.reports.settling.wiring
import participation.reports.stickers.wiring
import participation.reports.telling.wiring
from participation.events.reports import ReportChanged, ReportMoved, ReportOpened
from participation.reports import (
    actions,
    cli,
    clusters,
    console,
    console_bulk,
    console_family,
    console_photos,
    live,
    queries_own,
    seeds,
    subscribers,
    views,
    views_new,
    views_page,
)
from participation.reports.rules import UNDO_S
from services.jobs import Job
from services.registry import Holding, MenuEntry, PrivacyHook, Registry

AGE_EVERY_S = 600
# The routing's rules come before the reports: the past ones go where the rules say. So do the
# erasers of every room: the reports' own no longer knows whose words they were.
ROOMS = (
    participation.reports.history.wiring,
    participation.reports.removals.wiring,
    participation.reports.routing.wiring,
    participation.reports.answers.wiring,
    participation.reports.promises.wiring,
    participation.reports.settling.wiring,
    participation.reports.telling.wiring,
    participation.reports.news.wiring,
    participation.reports.photos.wiring,
    participation.reports.open311.wiring,
    participation.reports.forwarding.wiring,
    participation.reports.feeds.wiring,
    participation.reports.exports.wiring,
    participation.reports.intake.wiring,
    participation.reports.stickers.wiring,
    participation.reports.blocks.wiring,
    participation.reports.analysis.wiring,
)

HOLDING = Holding(
    "pencil",
    "My reports",
    "everyone, without your name; the city team with it",
    "for good; without you once you erase your data",
    {"reports": "Reported", "entries": "Steps and words", "follows": "Followed"},
)


def register(registry: Registry) -> None:
    for room in ROOMS:
        room.register(registry)
    registry.blueprints += [views_new.pages, views_page.pages]
    registry.blueprints += [console.pages, console_bulk.pages, console_family.pages]
    registry.blueprints.append(console_photos.pages)
    registry.subscriptions.on(ReportOpened, subscribers.show_opened)
    registry.subscriptions.on(ReportMoved, subscribers.show_moved)
    registry.subscriptions.on(ReportMoved, subscribers.hush_hidden)
    registry.subscriptions.on(ReportMoved, subscribers.push_moved, after_s=UNDO_S)
    registry.subscriptions.on(ReportChanged, subscribers.show_changed)
    registry.subscriptions.on(ReportChanged, subscribers.tell_team)
    registry.subscriptions.on(ReportChanged, subscribers.tell_parted, after_s=UNDO_S)
    registry.seeds.append(seeds.seed_city)
    registry.jobs.append(Job("reports.age_clusters", AGE_EVERY_S, clusters.age_clusters))
    registry.cli.append(cli.reports)
    registry.rooms += live.ROOMS
    registry.menu += [
        MenuEntry("resident", "Map", "/reports/map", "map", 10),
        MenuEntry("resident", "Report", "/reports/new", "report", 20),
        MenuEntry("resident", "Reports", "/reports/", "list", 30),
        MenuEntry("console", "Queue", "/console/", "queue", 10),
    ]
    registry.home_cards.append(views.home_cards)
    registry.home_lists.append(views.home_list)
    registry.home_decisions.append(views.home_decision)
    registry.privacy.append(
        PrivacyHook(
            "reports",
            HOLDING,
            frozenset({"report", "report_entry", "report_follow"}),
            queries_own.export_of,
            actions.erase_person,
        )
    )
