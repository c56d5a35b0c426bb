"""The page behind the bell."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from participation.reports.news import queries
from services import web
from services.auth.gates import signed_in

pages = Blueprint("news", __name__, url_prefix="/me")


@pages.get("/news")
@signed_in
def news() -> ResponseReturnValue:
    steps = queries.steps_for(web.session(), web.actor(), web.at())
    return render_template("reports/news.html", steps=steps)
