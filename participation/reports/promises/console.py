"""The console's page of what is on whose desk, and for how long."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from participation.reports.promises import queries_workload
from services import web
from services.auth.gates import role

pages = Blueprint("reports_workload", __name__, url_prefix="/console/workload")
staff = role("moderator", "officer")


@pages.get("")
@staff
def workload() -> ResponseReturnValue:
    found = queries_workload.workload(web.session(), web.actor(), web.at())
    return render_template("console/workload.html", found=found)
