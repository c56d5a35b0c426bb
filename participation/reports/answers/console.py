"""The team's ready answers, kept and forgotten."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports.answers import actions, queries
from participation.reports.rules import LABELS, STATUS_LABELS, Category, Status
from services import web
from services.auth.gates import role
from services.errors import InvalidError

pages = Blueprint("reports_answers", __name__, url_prefix="/console/answers")
staff = role("moderator", "officer")


@pages.get("/")
@staff
def answers() -> ResponseReturnValue:
    return render_template(
        "console/answers.html",
        answers=queries.answers(web.session()),
        statuses=[s.value for s in STATUS_LABELS],
        categories=[c.value for c in LABELS],
    )


@pages.post("/")
@staff
def add() -> ResponseReturnValue:
    sent = request.form
    try:
        kind = sent.get("category", "")
        fits = (Status(sent.get("status", "")), Category(kind) if kind else None)
    except ValueError as error:
        raise InvalidError("form_invalid", {"status": "unknown"}) from error
    label, text = sent.get("label", ""), sent.get("text", "")
    actions.add_answer(web.session(), web.actor(), label, text, fits, at=web.at())
    return redirect(url_for("reports_answers.answers"), 303)


@pages.post("/<uuid:answer_id>/delete")
@staff
def delete(answer_id: Any) -> ResponseReturnValue:
    actions.delete_answer(web.session(), web.actor(), answer_id, at=web.at())
    return redirect(url_for("reports_answers.answers"), 303)
