"""My data: what a person gave, to whom, until when; a switch for each purpose; all as a file."""

from typing import Any
from uuid import UUID

import msgspec
from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.auth.gates import signed_in
from services.errors import InvalidError, NotFoundError
from services.privacy import consents
from services.registry import Holding
from services.web import actor, at, limit, registry, session
from services.web.pages import words

pages = Blueprint("privacy", __name__, url_prefix="/me")
PAGE = "/me/data"
SHORT = 12
GIVEN = "Allowed. Your receipt is %(receipt)s."
WITHDRAWN = "Taken back, and what was kept for it is deleted. Your receipt is %(receipt)s."
DELETED = "What was kept for it is deleted."


class Held(msgspec.Struct, frozen=True):
    """What one part of the product holds of a person: its words, and (label, text or count)."""

    words: Holding
    facts: list[tuple[str, str | int]]


def _person() -> UUID:
    person_id = actor().id
    if person_id is None:
        raise NotFoundError
    return person_id


def _exported() -> dict[str, dict[str, Any]]:
    return {hook.name: hook.export(session(), _person()) for hook in registry().privacy}


def summary(holding: Holding, export: dict[str, Any]) -> Held:
    """Return what an export holds, in the domain's own words: its texts, and how long its lists."""
    parts = ((label, export.get(key)) for key, label in holding.shown.items())
    said = ((label, len(part) if isinstance(part, list) else part) for label, part in parts)
    return Held(holding, [(label, part) for label, part in said if part])


def _held() -> list[Held]:
    """Return what each domain holds of the person; what holds nothing is left out."""
    told = [summary(one.holding, one.export(session(), _person())) for one in registry().privacy]
    return [one for one in told if one.facts]


@pages.get("/data")
@signed_in
def data() -> ResponseReturnValue:
    purposes = registry().purposes
    return render_template(
        "accounts/data.html",
        held=_held(),
        standings=consents.standings(session(), _person(), purposes),
        kept={one.key: one.held(session(), _person()) for one in purposes},
        past=consents.past(session(), _person()),
        titles={one.key: one.title for one in purposes},
        short=SHORT,
    )


@pages.post("/data/<key>")
@signed_in
@limit("consent", times=30, window_s=600)
def choose(key: str) -> ResponseReturnValue:
    purpose = consents.purpose_of(registry().purposes, key)
    wish = request.form.get("give")
    if wish == "1":
        receipt = consents.give(session(), _person(), purpose, at=at())
        flash(words(GIVEN, receipt=receipt[:SHORT]))
        return redirect(purpose.setup_url or PAGE, 303)
    if wish != "0":
        raise InvalidError("choice_unknown", {"give": "unknown"})
    receipt = consents.withdraw(session(), _person(), purpose, at=at())
    flash(words(WITHDRAWN, receipt=receipt[:SHORT]) if receipt else words(DELETED))
    return redirect(PAGE, 303)


@pages.get("/export")
@signed_in
def export() -> ResponseReturnValue:
    response: Response = jsonify(_exported())
    response.headers["Content-Disposition"] = "attachment; filename=madang-my-data.json"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@pages.after_app_request
def _note_given(response: Response) -> Response:
    """Where a purpose's own act is the yes, note it in the very transaction of that act."""
    if response.status_code >= 400 or request.endpoint is None or actor().id is None:
        return response
    for purpose in registry().purposes:
        if purpose.given_by == request.endpoint:
            consents.give(session(), _person(), purpose, at=at())
    return response
