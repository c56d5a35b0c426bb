"""Parts of a case: attached and set apart."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports import actions_family
from participation.reports.access import report_for
from services import web
from services.auth.gates import role

pages = Blueprint("reports_family", __name__, url_prefix="/console/reports")
staff = role("moderator", "officer")


@pages.post("/<report_id>/parts")
@staff
def attach(report_id: str) -> ResponseReturnValue:
    report = report_for(web.session(), web.actor(), report_id, to="handle")
    part = report_for(web.session(), web.actor(), request.form.get("part", ""), to="handle")
    actions_family.attach_part(web.session(), web.actor(), report, part, at=web.at())
    return redirect(url_for("reports_console.case", report_id=report_id), 303)


@pages.post("/<report_id>/apart")
@staff
def detach(report_id: str) -> ResponseReturnValue:
    part = report_for(web.session(), web.actor(), report_id, to="handle")
    actions_family.detach_part(web.session(), web.actor(), part, at=web.at())
    return redirect(url_for("reports_console.case", report_id=report_id), 303)
