"""Pages a resident sees. A view reads the request, calls one action or query, answers."""

import msgspec
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports import actions, queries
from participation.reports.access import report_for
from participation.reports.forms import NewReportForm, parse_view
from participation.reports.rules import LABELS, QUESTIONS, STATUS_LABELS
from services import maps, media, web
from services.auth.gates import public, signed_in
from services.errors import InvalidError
from services.ids import parse_id

pages = Blueprint("reports", __name__, url_prefix="/reports")
CATEGORIES = [{"code": c.value, "label": label} for c, label in LABELS.items()]
STATUSES = [{"code": s.value, "label": label} for s, label in STATUS_LABELS.items()]


@pages.app_context_processor
def labels() -> dict[str, object]:
    return {
        "category_labels": {c.value: label for c, label in LABELS.items()},
        "status_labels": {s.value: label for s, label in STATUS_LABELS.items()},
    }


@pages.get("/")
@public
def index() -> ResponseReturnValue:
    filters = _filters()
    cards, following = queries.newest(web.session(), filters)
    return render_template(
        "reports/list.html",
        reports=cards,
        filters=filters,
        statuses=STATUSES,
        categories=CATEGORIES,
        next_cursor=following,
    )


def _filters() -> queries.Filters:
    args = request.args
    after = parse_id(args.get("after", ""))
    return queries.Filters(args.get("status", ""), args.get("category", ""), after)


@pages.get("/map")
@public
def city_map() -> ResponseReturnValue:
    filters = _filters()
    cards, _ = queries.newest(web.session(), filters)
    return render_template(
        "reports/map.html", reports=cards, categories=CATEGORIES, filters=filters, home=_home()
    )


def _home() -> str:
    """Return where a map opens: "lat,lon,zoom"."""
    lon, lat, zoom = maps.home_of(web.settings().tiles_path)
    return f"{lat:.5f},{lon:.5f},{zoom}"


@pages.get("/map/list")
@public
def sheet() -> ResponseReturnValue:
    box, _ = parse_view(request.args.get("box", ""), request.args.get("zoom", ""))
    cards = queries.cards_in(web.session(), box, request.args.get("category", ""))
    return render_template("reports/parts/sheet.html", reports=cards)


@pages.get("/api/view")
@public
def view() -> ResponseReturnValue:
    box, zoom = parse_view(request.args.get("box", ""), request.args.get("zoom", ""))
    found = queries.in_view(web.session(), box, zoom, request.args.get("category", ""))
    return Response(msgspec.json.encode(found), mimetype="application/json")


@pages.get("/new")
@signed_in
def new() -> ResponseReturnValue:
    return _form_page(NewReportForm(request.args))


@pages.post("/")
@signed_in
@web.limit("report", times=20, window_s=3600)
def create() -> ResponseReturnValue:
    form = NewReportForm(request.form)
    if not form.validate():
        return _form_page(form), 422
    try:
        photo_hash = media.accept_upload(request.files.get("photo"))
    except InvalidError as error:
        form.photo.errors = [media.WORDS[error.code]]
        return _form_page(form), 422
    report_id = actions.open_report(web.session(), web.actor(), form.value(photo_hash), at=web.at())
    return redirect(url_for("reports.page", report_id=report_id, thanks=1), 303)


def _form_page(form: NewReportForm) -> str:
    questions = {c.value: text for c, text in QUESTIONS.items()}
    return render_template(
        "reports/new.html", form=form, categories=CATEGORIES, questions=questions, home=_home()
    )


@pages.get("/<report_id>")
@public
def page(report_id: str) -> ResponseReturnValue:
    report = report_for(web.session(), web.actor(), report_id)
    shown = queries.page_of(web.session(), web.actor(), report, web.at())
    return render_template("reports/page.html", report=shown, thanks="thanks" in request.args)


@pages.get("/<report_id>/timeline")
@public
def timeline(report_id: str) -> ResponseReturnValue:
    report = report_for(web.session(), web.actor(), report_id)
    shown = queries.page_of(web.session(), web.actor(), report, web.at())
    return Response(render_template("reports/parts/timeline.html", report=shown))


@pages.post("/<report_id>/follow")
@signed_in
@web.limit("follow", times=100, window_s=3600)
def follow(report_id: str) -> ResponseReturnValue:
    report = report_for(web.session(), web.actor(), report_id)
    change = actions.unfollow_report if "stop" in request.form else actions.follow_report
    change(web.session(), web.actor(), report, at=web.at())
    return redirect(url_for("reports.page", report_id=report_id), 303)
