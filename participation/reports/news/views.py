"""The page behind the bell, and the list of what one reported and follows."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from participation.reports import queries_own
from participation.reports.news import queries
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
