"""My data: what a person gave, to whom, until when; a switch for each purpose; all as a file."""

from typing import Any
from uuid import UUID

import msgspec
from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.auth.gates import signed_in
from services.errors import InvalidError, NotFoundError
from services.privacy import consents
from services.web import actor, at, limit, registry, session
from services.web.pages import words

pages = Blueprint("privacy", __name__, url_prefix="/me")
PAGE = "/me/data"
SHORT = 12
GIVEN = "Allowed. Your receipt is %(receipt)s."
WITHDRAWN = "Taken back, and what was kept for it is deleted. Your receipt is %(receipt)s."
DELETED = "What was kept for it is deleted."


class Held(msgspec.Struct, frozen=True):
    """What one part of the product holds of a person: plain facts, and counts of lists."""

    name: str
    facts: dict[str, str]
    counts: dict[str, int]


def _person() -> UUID:
    person_id = actor().id
    if person_id is None:
        raise NotFoundError
    return person_id


def _exported() -> dict[str, dict[str, Any]]:
    return {hook.name: hook.export(session(), _person()) for hook in registry().privacy}


def summary(name: str, export: dict[str, Any]) -> Held:
    """Return an export as facts (its strings) and counts (of its lists)."""
    facts = {key: value for key, value in export.items() if isinstance(value, str) and value}
    counts = {key: len(value) for key, value in export.items() if isinstance(value, list)}
    return Held(name, facts, counts)


@pages.get("/data")
@signed_in
def data() -> ResponseReturnValue:
    purposes = registry().purposes
    return render_template(
        "accounts/data.html",
        held=[summary(name, export) for name, export in _exported().items()],
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
