"""The picture of a report's page by itself, for pages that stand open while it is covered."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from participation.reports import queries
from participation.reports.access import report_for
from participation.reports.photos.access import unlooked_of
from services import web
from services.auth.gates import public

pages = Blueprint("reports_picture", __name__, url_prefix="/reports")


@pages.get("/<report_id>/picture")
@public
def picture(report_id: str) -> ResponseReturnValue:
    report = report_for(web.session(), web.actor(), report_id)
    shown = queries.page_of(web.session(), web.actor(), report, web.at())
    unlooked = unlooked_of(web.session(), web.actor(), report)
    return render_template("reports/parts/picture.html", report=shown, unlooked=unlooked)
