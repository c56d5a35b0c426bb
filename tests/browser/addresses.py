"""Where every page of the product is: the app's own routes say, with a real id for each."""

import re
from collections.abc import Mapping

from flask import Flask
from werkzeug.routing import Rule

from services.auth.gates import GATE

# Routes that answer something else than a page, by what they answer.
NO_PAGE: dict[str, set[str]] = {
    "files, pictures and feeds": {
        "static",
        "history.script",
        "media.picture",
        "numbers.file",
        "privacy.export",
        "reports_analysis.download",
        "reports_exports.file",
        "reports_exports_console.file_staff",
        "reports_feeds.atom",
        "reports_feeds.geojson",
        "reports_stickers.one",
        "tiles.tile",
    },
    "what the browser itself asks for": {"home.manifest", "home.service_worker", "home.theme"},
    "JSON, for scripts and other programs": {
        "health.health",
        "health.metrics",
        "history.heads",
        "history.steps",
        "history.story",
        "numbers.data",
        "push.key",
        "push.message",
        "reports.named",
        "reports.places",
        "reports.view",
    },
    "Open311, in the standard's own shapes": {
        "open311.definition",
        "open311.discovery",
        "open311.listing",
        "open311.nothing",
        "open311.one",
        "open311.services",
        "open311.token",
        "open311_updates.updates",
    },
    "parts of a page, which is looked at with them in it": {
        "home.near",
        "reports.near",
        "reports.sheet",
        "reports_page.standing",
        "reports_page.timeline",
        "reports_picture.picture",
    },
    "a frame of the analysis page; folium draws it, and its own test looks at it": {
        "reports_analysis.sheet"
    },
    "a redirect to a provider, which this city has none of; tests of accounts look at both": {
        "identity.begin",
        "identity.finish",
    },
}
# A page that only answers a question is asked one; a list of hundreds is asked for a few, for
# each row is like the next and axe looks at them all.
QUESTIONS = {
    "moderation.trail": "?kind=report",
    "people.index": "?query=%EA%B0%95",
    "reports_console.case": "?view=late",
    "reports_console.queue": "?view=late",
    "reports_routing.tried": "?place=%EC%83%98%EB%AC%BC%EB%A1%9C",
}
# Who looks at what a gate lets through; a public page is looked at by both.
LOOKERS: dict[str, tuple[str | None, ...]] = {"public": (None, "minji"), "signed_in": ("minji",)}
STAFF = ("hana",)


def unlisted(app: Flask, ids: Mapping[str, str]) -> list[str]:
    """Return what no list accounts for: routes without an id of theirs, and names of no route."""
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    wrong = [f"no such route: {name}" for name in set().union(*NO_PAGE.values()) - known]
    for rule in _pages(app):
        lacking = [name for name in rule.arguments if _id(rule, name, ids) is None]
        wrong += [f"{rule.endpoint} {rule.rule}: an id for {name}?" for name in lacking]
    return wrong


def addresses(app: Flask, ids: Mapping[str, str], who: str | None) -> list[str]:
    """Return the address of every page that `who` is to look at, with real ids in it."""
    return [_address(rule, ids) for rule in _pages(app) if who in _lookers(app, rule)]


def _pages(app: Flask) -> list[Rule]:
    others = set().union(*NO_PAGE.values())
    rules = [r for r in app.url_map.iter_rules() if "GET" in (r.methods or ())]
    return sorted((r for r in rules if r.endpoint not in others), key=lambda rule: rule.rule)


def _lookers(app: Flask, rule: Rule) -> tuple[str | None, ...]:
    return LOOKERS.get(getattr(app.view_functions[rule.endpoint], GATE), STAFF)


def _id(rule: Rule, name: str, ids: Mapping[str, str]) -> str | None:
    return ids.get(f"{rule.endpoint} {name}") or ids.get(name)


def _address(rule: Rule, ids: Mapping[str, str]) -> str:
    path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda m: _id(rule, m[1], ids) or m[0], rule.rule)
    return path + QUESTIONS.get(rule.endpoint, "")
