"""Everything reports bring to the application."""

from collections.abc import Callable

from flask.blueprints import BlueprintSetupState

from participation.events.exports import ExportAwaited
from participation.events.judge import SettlingAsked
from participation.events.reports import ReportChanged, ReportMoved, ReportOpened
from participation.reports import (
    access,
    actions,
    actions_blocks,
    actions_exports,
    actions_judge,
    actions_photo,
    actions_post,
    actions_routing,
    api,
    api_updates,
    cli,
    console,
    console_analysis,
    console_answers,
    console_bodies,
    console_exports,
    console_family,
    console_keys,
    console_people,
    console_phone,
    console_photo,
    console_routing,
    console_stickers,
    console_workload,
    jobs,
    jobs_escalation,
    jobs_exports,
    jobs_forward,
    jobs_history,
    jobs_photo,
    jobs_pictures,
    live,
    post,
    queries,
    queries_blocks,
    queries_exports,
    queries_judge,
    queries_own,
    queries_photo,
    queries_post,
    queries_routing,
    seeds,
    seeds_routing,
    subscribers,
    subscribers_forward,
    subscribers_judge,
    views,
    views_feeds,
    views_history,
    views_judge,
    views_numbers,
    views_stickers,
)
from participation.reports.rules import UNDO_S
from services.auth import Actor
from services.config import Settings
from services.db import Session
from services.jobs import Job
from services.registry import MenuEntry, PrivacyHook, Registry, Room


def _start_couriers(state: BlueprintSetupState) -> None:
    """Give an application the two that go out for reports; they run where work is done."""
    extensions = state.app.extensions
    engine, settings = extensions["engine"], extensions["settings"]
    courier = jobs_forward.Courier(engine, settings)
    fetcher = jobs_pictures.Fetcher(engine, settings, extensions["photos"])
    extensions["courier"], extensions["fetcher"] = courier, fetcher
    extensions.setdefault("background", []).extend([courier.run, fetcher.run])


console_bodies.pages.record(_start_couriers)


def _register_open311(registry: Registry) -> None:
    registry.blueprints += [api.pages, api_updates.pages, console_keys.pages, console_bodies.pages]
    registry.subscriptions.on(ReportOpened, subscribers_forward.forward_opened)
    _ways_in(registry)
    registry.menu += [
        MenuEntry("console", "Open311 keys", "/console/open311", "list", 60, "operator"),
        MenuEntry("console", "Other bodies", "/console/bodies", "list", 61, "operator"),
    ]


def _register_history(registry: Registry) -> None:
    registry.blueprints += [views_history.pages, views_judge.pages]
    registry.subscriptions.on(ReportMoved, subscribers_judge.renew_promise, after_s=UNDO_S)
    # Before the reports' own, which no longer knows whose words they were.
    registry.privacy.append(
        PrivacyHook(
            "askings",
            frozenset({"report_asking", "report_rating"}),
            queries_judge.export_of,
            actions_judge.erase_person,
        )
    )
    registry.jobs.append(Job("reports.history", jobs_history.EVERY_S, jobs_history.keep_history))


def _register_photos(registry: Registry) -> None:
    registry.pictures.append(access.may_see_picture)
    registry.held_pictures.append(queries_photo.held_pictures)
    registry.blueprints.append(console_photo.pages)
    registry.subscriptions.on(ReportOpened, jobs_photo.cover_known)
    registry.jobs.append(Job("reports.originals", jobs_photo.HOUR_S, jobs_photo.expire_originals))
    registry.privacy.append(
        PrivacyHook(
            "report_photos",
            frozenset({"photo_original"}),
            queries_photo.export_of,
            actions_photo.erase_person,
        )
    )


def _take_along(registry: Registry) -> None:
    """Bring the feeds, and the files of reports that are written beside the pages."""
    registry.blueprints += [views_feeds.pages, console_exports.pages, console_exports.console]
    registry.subscriptions.on(ExportAwaited, jobs_exports.write_awaited)
    registry.jobs.append(Job("reports.exports", jobs_exports.HOUR_S, jobs_exports.forget_expired))
    registry.rooms.append(Room("export:", console_exports.may_watch))
    registry.privacy.append(
        PrivacyHook(
            "report_exports",
            frozenset({"report_export"}),
            queries_exports.export_of,
            actions_exports.erase_person,
        )
    )


def register(registry: Registry) -> None:
    registry.blueprints += [views.pages, views_numbers.pages, console.pages, console_analysis.pages]
    _register_open311(registry)
    registry.subscriptions.on(ReportOpened, subscribers.show_opened)
    registry.subscriptions.on(ReportMoved, subscribers.show_moved)
    registry.subscriptions.on(ReportMoved, subscribers.push_moved, after_s=UNDO_S)
    registry.subscriptions.on(ReportChanged, subscribers.show_changed)
    # The rules first: the past reports go where they say.
    registry.seeds += [seeds_routing.seed_routing, seeds.seed_city]
    registry.cli.append(cli.reports)
    registry.rooms += live.ROOMS
    _register_photos(registry)
    registry.privacy.append(
        PrivacyHook(
            "routing",
            frozenset({"routing_rule"}),
            queries_routing.export_of,
            actions_routing.erase_person,
        )
    )
    registry.blueprints += [console_routing.pages, console_answers.pages, console_family.pages]
    registry.blueprints.append(console_workload.pages)
    registry.jobs.append(
        Job("reports.escalation", jobs_escalation.EVERY_S, jobs_escalation.escalate_forgotten)
    )
    _register_history(registry)
    _take_along(registry)
    registry.menu += [
        MenuEntry("resident", "Map", "/reports/map", "map", 10),
        MenuEntry("resident", "Report", "/reports/new", "report", 20),
        MenuEntry("resident", "Reports", "/reports/", "list", 30),
        MenuEntry("console", "Queue", "/console/", "queue", 10),
        MenuEntry("console", "Analysis", "/console/analysis", "map", 20),
        MenuEntry("console", "Who gets what", "/console/routing/", "map", 22, "officer"),
        MenuEntry("console", "Workload", "/console/workload", "clock", 21),
        MenuEntry("console", "Ready answers", "/console/answers/", "reply", 23),
        MenuEntry("console", "Exports", "/console/export", "list", 25),
    ]
    registry.home_cards += [views.home_cards, console_people.home_cards]
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


def ask_by_mail(
    registry: Registry,
    settings: Settings,
    me: Callable[[Session, Actor], subscribers_judge.Addressed],
) -> None:
    """Let letters ask those whom no browser reaches; `me` says whose address is which."""
    registry.subscriptions.on(SettlingAsked, subscribers_judge.Asker(settings, me).mail_asking)


def _ways_in(registry: Registry) -> None:
    """Calls, letters and stickers, and what guards them."""
    registry.blueprints += [console_people.pages, console_phone.pages, console_stickers.pages]
    registry.blueprints.append(views_stickers.pages)
    registry.letters = post.receive
    registry.jobs.append(Job("reports.forget_past", jobs.HOUR_S, jobs.forget_past))
    registry.held_pictures.append(queries_post.held_pictures)
    registry.privacy += [
        PrivacyHook(
            "report_blocks",
            frozenset({"report_block", "report_trace"}),
            queries_blocks.export_of,
            actions_blocks.erase_person,
        ),
        PrivacyHook(
            "report_letters",
            frozenset({"letter_in", "caller_link"}),
            queries_post.export_of,
            actions_post.erase_person,
        ),
    ]
    registry.menu += [
        MenuEntry("console", "First look", "/console/first-look", "clock", 12, "moderator"),
        MenuEntry("console", "Phone", "/console/phone", "reply", 14),
        MenuEntry("console", "Stickers", "/console/stickers", "place", 25),
    ]
