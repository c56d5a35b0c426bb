"""The pages of what a person follows. Everything here is the signed-in person's own."""

from collections.abc import Sequence
from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from participation.alerts import actions, queries
from participation.alerts.access import alert_for, removed_alert_for
from participation.alerts.forms import DESCRIBED, MOVED, AlertForm, TimesForm
from participation.alerts.models import Alert
from participation.alerts.rules import MOST_ALERTS, RADII
from participation.alerts.telling import Sources
from services import maps, web
from services.auth.gates import signed_in
from services.db import reading_session
from services.errors import RefusedError
from services.hours import clock_of
from services.web.pages import words
from services.web.request import engine

pages = Blueprint("alerts", __name__, url_prefix="/me/places")
FULL = "You follow as many as there is room for. Remove one first."


def _sources() -> Sources:
    return cast(Sources, web.registry().offered("alerts.sources")())


def _search(text: str) -> list[maps.Spot]:
    """Look a place up without taking the writer's turn."""
    with reading_session(engine()) as session:
        return maps.search(session, text)


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    return _list(TimesForm(data=_times()))


def _list(times: TimesForm) -> str:
    session, person_id = web.session(), web.actor().id
    if person_id is None:
        return ""
    found = queries.lately_found(session, person_id)
    shown = [(one, _sources().told_of(session, one.report_id)) for one in found]
    return render_template(
        "alerts/list.html",
        places=queries.followed_by(session, person_id),
        lately=[(one, told) for one, told in shown if told is not None],
        times=times,
        gone=request.args.get("gone", ""),
        most=MOST_ALERTS,
    )


def _times() -> dict[str, Any]:
    person_id = web.actor().id
    held = queries.times_of(web.session(), [person_id] if person_id else [])
    times = held.get(person_id, queries.Times()) if person_id else queries.Times()
    return {
        "quiet_from": clock_of(times.quiet_from),
        "quiet_to": clock_of(times.quiet_to),
        "digest_hour": times.digest_hour,
    }


@pages.get("/new")
@signed_in
def new() -> ResponseReturnValue:
    return _form_page(AlertForm(request.args))


@pages.post("")
@signed_in
@web.form_on("/me/places/new")
@web.limit("follow_place", times=60, window_s=3600)
def create() -> ResponseReturnValue:
    form = AlertForm(request.form)
    spots = _checked(form)
    if form.errors:
        return _form_page(form, spots), 422
    wish = form.value(web.actor().lang)
    try:
        actions.follow_place(web.session(), web.actor(), wish, at=web.at())
    except RefusedError:
        form.label.errors = [FULL]
        return _form_page(form), 422
    flash(words("You follow it now."), "good")
    _tell_described(form)
    return redirect(url_for("alerts.index"), 303)


def _checked(form: AlertForm) -> Sequence[maps.Spot]:
    form.validate()
    spots = form.complete(_search, _sources().wards(web.session()), web.settings().city_names)
    # Also where the form comes back for something else: the point stands there moved.
    if form.moved:
        flash(words(MOVED, name=form.moved), "good")
    return spots


def _tell_described(form: AlertForm) -> None:
    if form.described:
        flash(words(DESCRIBED), "caution")


def _form_page(form: AlertForm, spots: Sequence[maps.Spot] = (), alert_id: str = "") -> str:
    lon, lat, zoom = maps.home_of(web.settings().tiles_path)
    return render_template(
        "alerts/form.html",
        form=form,
        spots=spots,
        alert_id=alert_id,
        radii=RADII,
        wards=_sources().wards(web.session()),
        home=f"{lat:.5f},{lon:.5f},{zoom}",
    )


@pages.get("/<alert_id>")
@signed_in
def edit(alert_id: str) -> ResponseReturnValue:
    alert = alert_for(web.session(), web.actor(), alert_id)
    return _form_page(AlertForm(**_held(alert)), alert_id=str(alert.id))


def _held(alert: Alert) -> dict[str, Any]:
    return {
        "kind": alert.kind,
        "label": alert.label,
        "lat": alert.lat,
        "lon": alert.lon,
        "radius": str(alert.radius_m or ""),
        "radius_m": alert.radius_m if alert.radius_m not in RADII else None,
        "ward": alert.ward,
        "q": alert.words,
        "way": alert.way,
        "categories": queries.codes(alert.categories),
    }


@pages.post("/<alert_id>")
@signed_in
@web.limit("follow_place", times=60, window_s=3600)
def change(alert_id: str) -> ResponseReturnValue:
    alert, form = alert_for(web.session(), web.actor(), alert_id), AlertForm(request.form)
    spots = _checked(form)
    if form.errors:
        return _form_page(form, spots, str(alert.id)), 422
    wish = form.value(web.actor().lang)
    actions.change_alert(web.session(), web.actor(), alert, wish, at=web.at())
    flash(words("Changed."), "good")
    _tell_described(form)
    return redirect(url_for("alerts.index"), 303)


@pages.post("/<alert_id>/switch")
@signed_in
@web.limit("alert", times=300, window_s=3600)
def switch(alert_id: str) -> ResponseReturnValue:
    alert, on = alert_for(web.session(), web.actor(), alert_id), "on" in request.form
    actions.switch_alert(web.session(), web.actor(), alert, on=on, at=web.at())
    return redirect(url_for("alerts.index"), 303)


@pages.post("/<alert_id>/remove")
@signed_in
@web.limit("alert", times=300, window_s=3600)
def remove(alert_id: str) -> ResponseReturnValue:
    alert = alert_for(web.session(), web.actor(), alert_id)
    actions.remove_alert(web.session(), web.actor(), alert, at=web.at())
    return redirect(url_for("alerts.index", gone=alert.id), 303)


@pages.post("/<alert_id>/restore")
@signed_in
@web.limit("alert", times=300, window_s=3600)
def restore(alert_id: str) -> ResponseReturnValue:
    alert = removed_alert_for(web.session(), web.actor(), alert_id, at=web.at())
    try:
        actions.restore_alert(web.session(), web.actor(), alert, at=web.at())
    except RefusedError:
        flash(words(FULL), "caution")
        return redirect(url_for("alerts.index", gone=alert.id), 303)
    return redirect(url_for("alerts.index"), 303)


@pages.post("/times")
@signed_in
@web.limit("alert", times=300, window_s=3600)
def times() -> ResponseReturnValue:
    form = TimesForm(MultiDict(request.form))
    form.validate()
    if not form.complete():
        return _list(form), 422
    zone = web.settings().timezone
    actions.set_times(web.session(), web.actor(), form.value(), zone, at=web.at())
    flash(words("Your times are kept."), "good")
    return redirect(url_for("alerts.index"), 303)
