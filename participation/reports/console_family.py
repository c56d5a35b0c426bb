"""Parts of a case: attached and set apart."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from participation.reports import actions_family
from participation.reports.console_desk import handled, keeps_typed, to_case
from participation.reports.forms import PartForm
from services import web
from services.auth.gates import role

pages = Blueprint("reports_family", __name__, url_prefix="/console/reports")
staff = role("moderator", "officer")


@pages.post("/<report_id>/parts")
@staff
@keeps_typed(PartForm)
def attach(report_id: str, form: PartForm) -> ResponseReturnValue:
    report, part = handled(report_id), handled(form["part"].data)
    actions_family.attach_part(web.session(), web.actor(), report, part, at=web.at())
    return to_case(report_id)


@pages.post("/<report_id>/apart")
@staff
def detach(report_id: str) -> ResponseReturnValue:
    part = handled(report_id)
    actions_family.detach_part(web.session(), web.actor(), part, at=web.at())
    return to_case(report_id)
