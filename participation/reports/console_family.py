"""Parts of a case: attached and set apart."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from participation.reports import actions_family
from participation.reports.console_desk import handled, keeps_typed, to_case
from participation.reports.forms import PartForm, SeenForm
from services import web
from services.auth.gates import role

pages = Blueprint("reports_family", __name__, url_prefix="/console/reports")
staff = role("moderator", "officer")


@pages.post("/<report_id>/parts")
@staff
@keeps_typed(PartForm)
def attach(report_id: str, form: PartForm) -> ResponseReturnValue:
    part = handled(form["part"].data)
    report = handled(report_id, form["seen"].data, part)
    actions_family.attach_part(web.session(), web.actor(), report, part, at=web.at())
    return to_case(report_id)


@pages.post("/<report_id>/apart")
@staff
@keeps_typed(SeenForm)
def detach(report_id: str, form: SeenForm) -> ResponseReturnValue:
    part = handled(report_id, form["seen"].data)
    actions_family.detach_part(web.session(), web.actor(), part, at=web.at())
    return to_case(report_id)
