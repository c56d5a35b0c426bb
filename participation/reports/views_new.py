"""Telling the city of something new: the form, what it asks meanwhile, and its sending."""

from collections.abc import Sequence
from typing import Any

import msgspec
from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports import queries_near, views, views_same
from participation.reports.blocks import actions as blocks_actions
from participation.reports.blocks import edge as blocks_edge
from participation.reports.blocks.rules import Signs
from participation.reports.forms import DESCRIBED, MOVED, NewReportForm
from participation.reports.forms_map import parse_spot
from participation.reports.intake import actions as intake_actions
from participation.reports.intake import queries as intake_queries
from participation.reports.opening import stands_as, told_before
from participation.reports.photos.queries import removed_for_good
from participation.reports.rules import QUESTIONS
from participation.reports.stickers import actions as stickers_actions
from participation.reports.stickers import queries as stickers_queries
from participation.reports.views import CATEGORIES, home
from services import maps, media, web
from services.auth.gates import public, signed_in
from services.db import reading_session
from services.errors import InvalidError, RefusedError
from services.web.pages import words
from services.web.request import engine

# The same addresses' other half: what is told already is read in `views`.
pages = views.pages
# It says nothing of why, when or on whose report: whoever asks may have found the picture.
REMOVED = "That picture cannot be shown here. Choose another one, or send the report without it."


@pages.get("/new")
@signed_in
def new() -> ResponseReturnValue:
    return blocks_edge.refused() or _form_page(_begun())


def _begun() -> NewReportForm:
    """Return the form as its address begins it: by a sticker, by a letter, or empty."""
    form = NewReportForm(request.args)
    views_same.begin_again(form)
    if (asset := stickers_queries.asset_by_code(web.session(), form.told("asset"))) is not None:
        form.fill(place=asset.name, lat=asset.lat, lon=asset.lon, answer=asset.code)
        form.fill(asset=asset.code, category=asset.category)
    draft = intake_queries.draft_of(web.session(), form.told("draft"), web.at())
    if draft is not None:
        form.fill(place=draft.place, lat=draft.lat, lon=draft.lon, text=draft.text)
        form.fill(category=draft.category, idempotency_key=draft.id.hex)
    return form


def _typed_again(_refused: web.Refusal) -> str:
    """Return the form with all but the photos, which the city had no time for."""
    form = NewReportForm(request.form)
    form.photo.errors = [media.WORDS["photos_busy"]]
    return _form_page(form)


@pages.post("/")
@signed_in
@web.form_on("/reports/new")
@web.limit("report", times=20, window_s=3600, by_device=True)
@web.takes_files(web.PICTURES)
@web.drawn_on(_typed_again, media.PicturesBusyError)
def create() -> ResponseReturnValue:
    if (refused := blocks_edge.refused()) is not None:
        return refused
    form = _own_form()
    valid, sent = form.validate(), _sent(form)
    spots = _place_found(form, sent)
    if not valid or form.errors:
        return _form_page(form, spots, sent=sent), 422
    if (asked := views_same.question(form, sent)) is not None:
        return asked
    try:
        return redirect(_taken(form, sent), 303)
    except InvalidError as error:
        return _form_page(form, sent=_without_removed(form, sent, error)), 422


def _own_form() -> NewReportForm:
    """Return what was sent; raises RefusedError where the form says that somebody else wrote it.

    On a shared phone another may have signed in since the form was opened or filled in.
    """
    if (who := request.form.get("who", "")) and not web.is_marked(who):
        raise RefusedError("written_by_another")
    return NewReportForm(request.form)


def _without_removed(
    form: NewReportForm, sent: views_same.Sent, error: InvalidError
) -> views_same.Sent:
    """Say that a photo cannot be shown; return the others, which need not be sent again."""
    if error.code != "photo_removed":
        raise error
    form.photo.errors = [REMOVED]
    # What an earlier answer kept may hold the same one.
    form.fill(kept="")
    gone = removed_for_good(web.session(), sent.photos)
    kept = tuple(one for one in sent.photos if one not in gone)
    return msgspec.structs.replace(sent, photos=kept)


def _sent(form: NewReportForm) -> views_same.Sent:
    """Return the photos that came, whatever else is wrong: a refused form keeps them."""
    try:
        return views_same.photos_sent(form)
    except InvalidError as error:
        form.photo.errors = [media.WORDS[error.code]]
        return views_same.Sent()


def _place_found(form: NewReportForm, sent: views_same.Sent) -> list[maps.Spot]:
    """Look the place up; say where typed words moved the point, on whatever page comes next."""
    spots = form.place_found(_search, lambda: _taken_at(sent), web.settings().city_names)
    if form.moved:
        flash(words(MOVED, name=form.moved), "good")
    return spots


def _taken_at(sent: views_same.Sent) -> list[maps.Spot]:
    """Return the place one of the photos tells, where this city knows a name for it."""
    if sent.place is None:
        return []
    with reading_session(engine()) as session:
        name = maps.named_near(session, *sent.place)
    return [maps.Spot(name, *sent.place)] if name else []


def _taken(form: NewReportForm, sent: views_same.Sent) -> str:
    """Store what the form tells, with the thing it names and the letter it came from.

    Returns the address of its page, which gives thanks, or says that the city had it already and
    that what was changed since is not in it.
    """
    session, actor, at = web.session(), web.actor(), web.at()
    draft = intake_queries.draft_of(session, form.told("draft"), at)
    # A letter's photos were looked over by nobody, whatever its sender says of what they send now.
    brought = sent if sent.photos or draft is None else views_same.Sent(draft.photos)
    new = form.value(brought.photos, looked_over=brought.looked_over)
    # The form does not name a letter's photos: nobody could choose another one there.
    new = msgspec.structs.replace(new, asked=brought is sent)
    if not new.place:
        new = msgspec.structs.replace(new, place=maps.named_near(session, new.lat, new.lon))
    before = told_before(session, actor.id, new.idempotency_key)
    late = before is not None and not stands_as(session, before, new)
    report_id = blocks_actions.take_report(session, actor, new, _signs(form), at=at)
    stickers_actions.link_asset(session, actor, report_id, form.told("asset"), at=at)
    views_same.link_earlier(form, report_id)
    intake_actions.use_draft(session, actor, form.told("draft"), report_id, at=at)
    if form.described and not late:
        flash(words(DESCRIBED), "caution")
    said: dict[str, Any] = {"earlier": 1} if late else {"thanks": 1}
    return url_for("reports.page", report_id=report_id, **said)


def _signs(form: NewReportForm) -> Signs:
    stamp = form.told("opened")
    return Signs(
        device=web.device(),
        trapped=bool(form.told("homepage")),
        stamped=bool(stamp),
        opened_at=web.stamped_at(stamp),
        strict=bool(web.settings().first_time_queue),
    )


@pages.get("/offline")
@public
def offline_form() -> ResponseReturnValue:
    return _form_page(NewReportForm(), page="reports/offline.html")


def _form_page(
    form: NewReportForm,
    spots: Sequence[maps.Spot] = (),
    page: str = "reports/new.html",
    sent: views_same.Sent | None = None,
) -> str:
    asked = {c.value: text for c, text in QUESTIONS.items()}
    form.fill(opened=form.told("opened") or web.stamp(web.at()))
    kept = views_same.keep(form, sent) if sent else 0
    kinds = {"categories": CATEGORIES, "questions": asked}
    return render_template(page, form=form, spots=spots, home=home(), kept=kept, **kinds)


@pages.get("/near")
@public
@web.limit("near", times=300, window_s=600)
def near() -> ResponseReturnValue:
    category, lat, lon = parse_spot(request.args)
    found = queries_near.near_same(web.session(), category, lat, lon, at=web.at())
    return render_template("reports/parts/near.html", found=found, category=category.value)


def _search(text: str) -> list[maps.Spot]:
    """Look a place up without taking the writer's turn: a photo is still to be worked on."""
    with reading_session(engine()) as session:
        return maps.search(session, text)


@pages.get("/api/places")
@public
@web.limit("places", times=600, window_s=600)
def places() -> ResponseReturnValue:
    asked = request.args.get("q", "")[:80]
    found = maps.search(web.session(), asked)
    if "beside" in request.args:
        found = maps.named_just(found, asked, web.settings().city_names)
    return Response(msgspec.json.encode(found), mimetype="application/json")


@pages.get("/api/named")
@public
@web.limit("places", times=600, window_s=600)
def named() -> ResponseReturnValue:
    _, lat, lon = parse_spot(request.args)
    return Response(maps.named_near(web.session(), lat, lon), mimetype="text/plain")
