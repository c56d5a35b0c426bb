"""An agent files for a caller: one page, keyboard first; and the page a caller's link leads to."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports import queries_near
from participation.reports.access import report_for
from participation.reports.actions import NewReport
from participation.reports.intake import actions_phone, queries
from participation.reports.intake.forms import PhoneForm
from participation.reports.models import Report
from participation.reports.rules import LABELS, QUESTIONS
from services import maps, web
from services.auth.gates import role, signed_in
from services.errors import NotFoundError

pages = Blueprint("reports_phone", __name__)
staff = role("moderator", "officer")
Found = tuple[list[maps.Spot], list[queries_near.Near]]


@pages.get("/console/phone")
@staff
def ask() -> ResponseReturnValue:
    return _page(PhoneForm(), ([], []))


def _page(form: PhoneForm, found: Found) -> str:
    return render_template(
        "console/phone.html",
        form=form,
        spots=found[0],
        near=found[1],
        categories=[{"code": c.value, "label": label} for c, label in LABELS.items()],
        questions={c.value: text for c, text in QUESTIONS.items()},
        filed=request.args.get("filed", "")[:36],
    )


@pages.post("/console/phone")
@staff
def file() -> ResponseReturnValue:
    form = PhoneForm(request.form)
    valid, spots = form.validate(), form.place_found(_search, cities=web.settings().city_names)
    if not valid or form.errors:
        return _page(form, (spots, [])), 422
    new = form.value(())
    if form.asks_near() and (near := _near(new)):
        return _page(form, ([], near))
    report_id = _filed(form, new)
    return redirect(url_for("reports_phone.ask", filed=report_id), 303)


def _search(text: str) -> list[maps.Spot]:
    return maps.search(web.session(), text)


def _near(new: NewReport) -> list[queries_near.Near]:
    at = web.at()
    return queries_near.near_same(web.session(), new.category, new.lat, new.lon, at=at)


def _filed(form: PhoneForm, new: NewReport) -> str:
    """Store what was told, or take the report the caller means; invite the caller to either."""
    session, actor, at = web.session(), web.actor(), web.at()
    report = form.joined(lambda key: session.get(Report, key))
    if report is None:
        key = new.idempotency_key
        report = actions_phone.file_for_caller(session, actor, new, key, at=at)
    if email := form.told("email"):
        base = web.settings().base_url
        actions_phone.invite_caller(session, actor, report, email, base, at=at)
    return str(report.id)


@pages.get("/reports/caller/<token>")
@signed_in
def caller(token: str) -> ResponseReturnValue:
    link = queries.link_of(web.session(), token, web.at())
    if link is None:
        raise NotFoundError
    report = report_for(web.session(), web.actor(), str(link.report_id))
    return render_template("reports/caller.html", report=report, token=token)


@pages.post("/reports/caller/<token>")
@signed_in
@web.limit("caller", times=30, window_s=3600)
def follow(token: str) -> ResponseReturnValue:
    report_id = actions_phone.follow_by_link(web.session(), web.actor(), token, at=web.at())
    return redirect(url_for("reports.page", report_id=report_id, joined=1), 303)
