"""The page a letter's link leads to, and the choice whether letters come."""

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports.access import may_see
from participation.reports.models import Report
from participation.reports.telling import actions, queries, rules
from services import web
from services.auth import Actor
from services.auth.gates import public, signed_in
from services.errors import NotFoundError
from services.web.safety import own_proof

pages = Blueprint("telling", __name__, url_prefix="/reports")


@pages.after_request
def keep_secret(response: Response) -> Response:
    """The address holds the proof: no other page hears of it, and no cache keeps it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@pages.app_context_processor
def letters_wanted() -> dict[str, object]:
    """Give templates whether letters may come to who reads them."""
    return {"letters_wanted": _wanted}


def _wanted() -> bool:
    person_id = web.actor().id
    return person_id is not None and queries.wants_letters(web.session(), person_id)


@pages.get("/stop/<token>")
@public
@web.limit("stop-look", times=300, window_s=600)
def ask(token: str) -> ResponseReturnValue:
    """Only ask: programs that read mail ahead of people open links too."""
    return _page(token)


@pages.post("/stop/<token>")
@public
@own_proof
@web.limit("stop-tap", times=60, window_s=600)
def stop(token: str) -> ResponseReturnValue:
    """The token is the proof: a mail program posts here by itself and follows no redirect."""
    report_id, person_id = _meant(token)
    actions.stop_hearing(web.session(), web.actor(), report_id, person_id, at=web.at())
    return _page(token)


def _page(token: str) -> str:
    report_id, person_id = _meant(token)
    report = web.session().get(Report, report_id)
    if report is None or not may_see(web.session(), Actor(person_id), report):
        raise NotFoundError
    told = queries.follows(web.session(), report_id, person_id)
    return render_template("reports/stop.html", report=report, told=told, token=token)


def _meant(token: str) -> tuple[UUID, UUID]:
    found = rules.meant_by(web.settings().secret_key, token)
    if found is None:
        raise NotFoundError
    return found


@pages.post("/letters")
@signed_in
@web.limit("letters", times=60, window_s=3600)
@web.form_on("/me/notifications")
def choose() -> ResponseReturnValue:
    wanted = "wanted" in request.form
    actions.choose_letters(web.session(), web.actor(), wanted=wanted, at=web.at())
    return redirect(url_for("accounts.notifications"), 303)
