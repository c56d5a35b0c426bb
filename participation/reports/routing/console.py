"""The table that says where a report goes and by when: read, tried and edited by a clerk."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.accounts import directory
from participation.reports.removals.queries import removed_by
from participation.reports.routing import actions, actions_removal, queries
from participation.reports.routing.forms import (
    RuleForm,
    Sample,
    calendar_input,
    minute_text,
    rule_input,
    sample,
)
from participation.reports.routing.rules import DAYS_LABELS
from participation.reports.rules import LABELS
from services import i18n, maps, web, workdays
from services.auth.gates import role
from services.errors import InvalidError, NotFoundError, RefusedError
from services.ids import parse_id

pages = Blueprint("reports_routing", __name__, url_prefix="/console/routing")
clerk = role("officer", "operator", bounded=False)


@pages.app_template_filter("clock_time")
def clock_time(minute: int) -> str:
    return minute_text(minute)


def _page(**more: Any) -> str:
    session = web.session()
    calendar = queries.calendar_of(session)
    shown = {
        "rows": queries.table(session),
        "sample": Sample(),
        "routed": None,
        "onward": "",
        "calendar": calendar,
        "calendar_wrong": {},
        "removed": removed_by(session, web.actor(), actions_removal.WAYS, web.at()),
    } | more
    return render_template(
        "console/routing.html",
        categories={c.value: label for c, label in LABELS.items()},
        days={d.value: label for d, label in DAYS_LABELS.items()},
        teams=queries.teams(session),
        areas=queries.areas(session),
        closures=queries.closures(session),
        holidays=calendar.holidays(web.at().astimezone(ZoneInfo(calendar.zone)).year),
        countries=_countries(),
        parts=workdays.countries().get(calendar.country, ()),
        zones=sorted(workdays.zones()),
        week=i18n.week(web.actor().lang),
        now=web.at().astimezone(ZoneInfo(calendar.zone)).strftime("%Y-%m-%dT%H:%M"),
        **shown,
    )


def _countries() -> list[tuple[str, str]]:
    lang = web.actor().lang
    named = [(code, i18n.country(lang, code)) for code in workdays.countries()]
    return sorted(named, key=lambda one: one[1])


@pages.get("/")
@clerk
def table() -> ResponseReturnValue:
    return _page()


@pages.get("/try")
@clerk
def tried() -> ResponseReturnValue:
    """Say where a sample would go, and of each rule above it why it does not fit."""
    asked = sample(request.args)
    spot = next(iter(maps.search(web.session(), asked.place)), None)
    moment = asked.moment(queries.calendar_of(web.session()).zone, web.at())
    if spot is None or moment is None:
        return _page(sample=asked, place_missing=spot is None, moment_odd=moment is None), 422
    rows, routed = queries.tried(web.session(), asked.category, spot.lat, spot.lon, moment)
    told = (web.session(), asked.category, routed.team_id, spot.lat, spot.lon)
    onward = next((name for find in web.registry().onward if (name := find(*told))), "")
    return _page(rows=rows, routed=routed, sample=asked, spot=spot, onward=onward)


@pages.get("/rule")
@clerk
def rule() -> ResponseReturnValue:
    key = parse_id(request.args.get("id", ""))
    known = {row.rule.id: row.rule for row in queries.table(web.session())}
    if key is not None and key not in known:
        raise NotFoundError
    return _form(RuleForm.of(known[key]) if key else RuleForm())


def _form(form: RuleForm) -> str:
    session = web.session()
    return render_template(
        "console/routing_rule.html",
        form=form,
        teams=queries.teams(session),
        areas=queries.areas(session),
        staff=directory.staff(session),
        categories={c.value: label for c, label in LABELS.items()},
        days={d.value: label for d, label in DAYS_LABELS.items()},
    )


@pages.post("/rule")
@clerk
def save_rule() -> ResponseReturnValue:
    form = RuleForm(request.form)
    key = parse_id(form.key.data or "")
    try:
        new = rule_input(form)
        if key is None:
            actions.add_rule(web.session(), web.actor(), new, at=web.at())
        else:
            actions.change_rule(web.session(), web.actor(), key, new, at=web.at())
    except InvalidError as error:
        form.wrong = dict(error.fields)
        return _form(form), 422
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("reports_routing.table"), 303)


def _again(refusal: web.Refusal) -> str:
    return _page(refusal=refusal)


drawn = web.drawn_on(_again, InvalidError, NotFoundError, RefusedError)


@pages.post("/undo")
@clerk
@drawn
def undo() -> ResponseReturnValue:
    wanted = request.form.get("removed", "")
    actions_removal.put_back(web.session(), web.actor(), wanted, at=web.at())
    return _back()


@pages.post("/rule/<uuid:rule_id>/<any(up, down, delete):what>")
@clerk
@drawn
def change_table(rule_id: Any, what: str) -> ResponseReturnValue:
    if what == "delete":
        actions_removal.delete_rule(web.session(), web.actor(), rule_id, at=web.at())
    else:
        up = what == "up"
        actions.move_rule(web.session(), web.actor(), rule_id, up=up, at=web.at())
    return _back()


@pages.post("/teams")
@clerk
@drawn
def add_team() -> ResponseReturnValue:
    body, team = request.form.get("body", ""), request.form.get("team", "")
    actions.add_team(web.session(), web.actor(), body, team, at=web.at())
    return _back()


@pages.post("/teams/<uuid:team_id>/delete")
@clerk
@drawn
def delete_team(team_id: Any) -> ResponseReturnValue:
    actions_removal.delete_team(web.session(), web.actor(), team_id, at=web.at())
    return _back()


@pages.post("/areas")
@clerk
@drawn
def add_area() -> ResponseReturnValue:
    name, shape = request.form.get("name", ""), request.form.get("shape", "")
    actions.add_area(web.session(), web.actor(), name, shape, at=web.at())
    return _back()


@pages.post("/areas/<uuid:area_id>/delete")
@clerk
@drawn
def delete_area(area_id: Any) -> ResponseReturnValue:
    actions_removal.delete_area(web.session(), web.actor(), area_id, at=web.at())
    return _back()


@pages.post("/calendar")
@clerk
def set_calendar() -> ResponseReturnValue:
    """Keep whose holidays and whose clock count; what is not known is said at its field."""
    sent = calendar_input(request.form)
    try:
        actions.set_calendar(web.session(), web.actor(), sent, at=web.at())
    except InvalidError as error:
        return _page(calendar=sent, calendar_wrong=dict(error.fields)), 422
    return _back()


@pages.post("/days")
@clerk
@drawn
def change_day() -> ResponseReturnValue:
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError as error:
        raise InvalidError("day_odd", {"day": "YYYY-MM-DD"}) from error
    if "open" in request.form:
        actions_removal.open_day(web.session(), web.actor(), day, at=web.at())
    else:
        name = request.form.get("name", "")
        actions.close_day(web.session(), web.actor(), day, name, at=web.at())
    return _back()
