"""The page behind the bell, and the list of what one reported and follows."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports import queries_own
from participation.reports.access import report_for
from participation.reports.news import queries, visits
from participation.reports.news.forms import parse_until
from services import web
from services.auth.gates import signed_in
from services.errors import ForbiddenError
from services.ids import parse_id

pages = Blueprint("news", __name__, url_prefix="/me")


@pages.get("/news")
@signed_in
def news() -> ResponseReturnValue:
    steps = queries.steps_for(web.session(), web.actor(), web.at())
    return render_template("reports/news.html", steps=steps)


@pages.get("/reports")
@signed_in
def mine() -> ResponseReturnValue:
    whose: queries_own.Whose = "followed" if "followed" in request.args else "made"
    person_id, after = web.actor().id, parse_id(request.args.get("after", ""))
    if person_id is None:
        raise ForbiddenError
    cards, following = queries_own.reports_of(web.session(), person_id, whose, after)
    return render_template(
        "reports/mine.html", reports=cards, next_cursor=following, whose=whose, after=after
    )


@pages.post("/news/<report_id>/read")
@signed_in
@web.limit("news_read", times=600, window_s=3600)
def read(report_id: str) -> ResponseReturnValue:
    actor, until = web.actor(), parse_until(request.form.get("until", ""))
    report = report_for(web.session(), actor, report_id)
    if actor.id is not None:
        visits.note_read(web.session(), actor.id, report.id, until, at=web.at())
    return redirect(url_for("home.index", read=report.id), 303)


@pages.post("/news/<report_id>/unread")
@signed_in
@web.limit("news_read", times=600, window_s=3600)
def unread(report_id: str) -> ResponseReturnValue:
    actor, report = web.actor(), report_for(web.session(), web.actor(), report_id)
    if actor.id is not None:
        visits.forget_read(web.session(), actor.id, report.id)
    return redirect(url_for("home.index"), 303)
