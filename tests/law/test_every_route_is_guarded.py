"""Every route names its gate; every write carries proof, and there is a bound to how many."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

import app as application
from services.auth import Actor
from services.auth.gates import GATE, public
from services.config import Settings
from services.web.limits import GROUND, LIMIT, Limit, counter
from services.web.safety import EXEMPT, own_proof
from tests.pages import Pages
from tests.people import PEOPLE

READS = {"GET", "HEAD", "OPTIONS"}
FILLED = {"int": "1", "float": "1.5", "uuid": str(UUID(int=1)), "default": str(UUID(int=1))}
# Everybody's cupboard of built files: no view of ours, no person, no choice.
CUPBOARD = {"static"}


def rules(app: Flask) -> Iterator[tuple[Rule, Any]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in CUPBOARD:
            yield rule, app.view_functions[rule.endpoint]


def address(rule: Rule) -> str:
    """Return a path the rule answers, with an id nobody has."""

    def fill(found: re.Match[str]) -> str:
        kind, _, _ = found[1].rpartition(":")
        return FILLED.get(kind.split("(")[0] or "default", FILLED["default"])

    return re.sub(r"<([^>]+)>", fill, rule.rule)


def without_gate(app: Flask) -> list[str]:
    """Return the routes that do not say who may pass."""
    return [f"{rule.rule} {rule.endpoint}" for rule, view in rules(app) if not hasattr(view, GATE)]


def unexplained(app: Flask) -> list[str]:
    """Return the routes that go without a form's token and do not say what proves them."""
    return [
        rule.rule
        for rule, view in rules(app)
        if hasattr(view, EXEMPT) and "proof" not in (view.__doc__ or "")
    ]


def forgeable(app: Flask, visit: Callable[[Actor | None], Pages]) -> list[str]:
    """Return the writes that are taken from any page of the world."""
    wrong = []
    for rule, view in rules(app):
        for method in sorted((rule.methods or set()) - READS):
            if hasattr(view, EXEMPT):
                continue
            client = visit(PEOPLE["hana"]).client
            answer = client.open(address(rule), method=method, data={"text": "x"})
            if answer.status_code != 400 or "form_expired" not in answer.text:
                wrong.append(f"{method} {rule.rule} {answer.status_code}")
    return wrong


def test_every_route_names_its_gate(app: Flask) -> None:
    assert without_gate(app) == []


def test_every_write_asks_for_proof(app: Flask, visit: Callable[[Actor | None], Pages]) -> None:
    assert forgeable(app, visit) == []


def test_what_needs_no_form_says_what_proves_it(app: Flask) -> None:
    assert unexplained(app) == []


def test_a_route_without_gate_or_reason_is_found(settings: Settings) -> None:
    made = application.create_app(settings)
    made.add_url_rule("/open", "open", lambda: "")
    made.add_url_rule("/bare", "bare", own_proof(public(lambda: "")), methods=["POST"])
    assert without_gate(made) == ["/open open"]
    assert unexplained(made) == ["/bare"]
    made.extensions["engine"].dispose()


def test_a_forgeable_write_is_found(app: Flask, visit: Callable[[Actor | None], Pages]) -> None:
    app.before_request_funcs[None] = [
        check for check in app.before_request_funcs[None] if check.__name__ != "_refuse_forged"
    ]
    assert forgeable(app, visit) != []


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_every_public_write_is_bounded(
    app: Flask, visit: Callable[[Actor | None], Pages], lang: str
) -> None:
    """Use a bound up, then write once more: 429, when to come again, and a sentence."""
    wrong = []
    for rule, view in rules(app):
        for method in sorted((rule.methods or set()) - READS):
            if str(getattr(view, GATE)).startswith("role:"):
                continue
            pages = visit(PEOPLE["minji"])
            pages.client.set_cookie("lang", lang)
            pages.get("/sign-in")
            used_up(app, getattr(view, LIMIT, GROUND))
            answer = pages.client.open(
                address(rule), method=method, headers={"X-CSRF-Token": pages.token}
            )
            sentence = {"ko": "한꺼번에", "en": "a lot at once"}[lang]
            said = sentence in answer.text and int(answer.headers.get("Retry-After", 0)) > 0
            if answer.status_code != 429 or not said:
                wrong.append(f"{method} {rule.rule} {answer.status_code}")
    assert wrong == []


def used_up(app: Flask, bound: Limit) -> None:
    with app.app_context():
        for _ in range(bound.allowed(app.extensions["settings"].mode)):
            counter().count(f"{bound.name}:{PEOPLE['minji'].id}", bound.window_s)
