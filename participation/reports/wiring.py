"""Everything reports bring to the application."""

from participation.events.reports import ReportChanged, ReportMoved, ReportOpened
from participation.reports import (
    access,
    actions,
    api,
    cli,
    console,
    console_analysis,
    live,
    queries,
    queries_own,
    seeds,
    subscribers,
    views,
    views_numbers,
)
from participation.reports.rules import UNDO_S
from services.registry import MenuEntry, PrivacyHook, Registry


def register(registry: Registry) -> None:
    registry.blueprints += [views.pages, views_numbers.pages, console.pages, console_analysis.pages]
    registry.blueprints += [api.pages, api.console]
    registry.subscriptions.on(ReportOpened, subscribers.show_opened)
    registry.subscriptions.on(ReportMoved, subscribers.show_moved)
    registry.subscriptions.on(ReportMoved, subscribers.push_moved, after_s=UNDO_S)
    registry.subscriptions.on(ReportChanged, subscribers.show_changed)
    registry.seeds.append(seeds.seed_city)
    registry.cli.append(cli.reports)
    registry.rooms += live.ROOMS
    registry.pictures.append(access.may_see_picture)
    registry.menu += [
        MenuEntry("resident", "Map", "/reports/map", "map", 10),
        MenuEntry("resident", "Report", "/reports/new", "report", 20),
        MenuEntry("resident", "Reports", "/reports/", "list", 30),
        MenuEntry("console", "Queue", "/console/", "queue", 10),
        MenuEntry("console", "Analysis", "/console/analysis", "map", 20),
        MenuEntry("console", "Open311 keys", "/console/open311", "list", 60, "operator"),
    ]
    registry.home_cards.append(views.home_cards)
    registry.home_lists.append(
        lambda session, _actor: queries.newest(session, queries.Filters())[0]
    )
    registry.privacy.append(
        PrivacyHook(
            "reports",
            frozenset({"report", "report_entry", "report_follow"}),
            queries_own.export_of,
            actions.erase_person,
        )
    )
