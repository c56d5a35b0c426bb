"""Pages a resident sees. A view reads the request, calls one action or query, answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import msgspec
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports import (
    actions,
    queries,
    queries_map,
    queries_near,
    views_page,
    views_same,
)
from participation.reports.access import is_staff, report_for
from participation.reports.blocks import actions as blocks_actions
from participation.reports.blocks import queries as blocks_queries
from participation.reports.blocks.rules import Signs
from participation.reports.forms import (
    JudgeForm,
    NewReportForm,
    parse_sight,
    parse_spot,
    parse_view,
)
from participation.reports.intake import actions as intake_actions
from participation.reports.intake import queries as intake_queries
from participation.reports.rules import (
    GRAVEST,
    LABELS,
    QUESTIONS,
    ROUGH,
    STATUS_LABELS,
    Category,
    Status,
)
from participation.reports.settling import actions as settling_actions
from participation.reports.stickers import actions as stickers_actions
from participation.reports.stickers import queries as stickers_queries
from services import i18n, maps, media, web
from services.auth import Actor
from services.auth.gates import public, signed_in
from services.db import Session, reading_session
from services.errors import InvalidError
from services.ids import parse_id
from services.registry import HomeCard, Spot
from services.web.request import engine

pages = Blueprint("reports", __name__, url_prefix="/reports")
RECENT = timedelta(days=7)
# A followed place may be one door; what happens around the corner matters there too.
LEAST_M = 300
CATEGORIES = [{"code": c.value, "label": label} for c, label in LABELS.items()]
STATUSES = [
    {"code": s.value, "label": label} for s, label in STATUS_LABELS.items() if s is not Status.HELD
]


@pages.app_context_processor
def labels() -> dict[str, object]:
    return {
        "category_labels": {c.value: label for c, label in LABELS.items()},
        "status_labels": {s.value: label for s, label in STATUS_LABELS.items()},
        "category_questions": {c.value: text for c, text in QUESTIONS.items()},
        "gravest": GRAVEST,
        "rough_kinds": ROUGH,
    }


def home_cards(session: Session, actor: Actor, at: datetime) -> list[HomeCard]:
    """Return what waits for a person: answers of the last week; for staff, what is late."""
    say = partial(i18n.translate, actor.lang)
    cards = []
    if is_staff(actor) and (count := queries.late_count(session, actor, at)):
        figure = i18n.number(actor.lang, count)
        url = "/console/?view=late"
        cards.append(
            HomeCard("Reports past their promise", figure, "Open the queue", url, "waiting")
        )
    for one in queries.answered(session, actor.id, at - RECENT) if actor.id else ():
        sentence = say("The city answered: %(title)s", title=one.title)
        state = say(STATUS_LABELS[Status(one.status)])
        cards.append(HomeCard(sentence, state, "Read it", f"/reports/{one.id}", "answer"))
    return cards


def home_list(session: Session, spot: Spot | None, most: int) -> list[queries.ReportCard]:
    """Return the newest reports around a spot, a few streets at least, or of the whole city."""
    if spot is None:
        return queries_map.newest_shown(session, queries_map.Sight(), most)
    radius = max(spot.radius_m, LEAST_M)
    return queries_map.newest_near(session, spot.lat, spot.lon, radius, most)


def home_decision(session: Session, actor: Actor) -> HomeCard | None:
    """Return what the city mended last."""
    one = queries_map.last_fixed(session)
    if one is None:
        return None
    figure = one.place or i18n.translate(actor.lang, LABELS[Category(one.category)])
    return HomeCard(one.title, figure, "What was done", f"/reports/{one.id}", "decision")


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
    words = args.get("q", "").strip()[:80]
    return queries.Filters(args.get("status", ""), args.get("category", ""), words, after)


@pages.get("/map")
@public
def city_map() -> ResponseReturnValue:
    sight = parse_sight(request.args)
    return render_template(
        "reports/map.html",
        reports=queries_map.newest_shown(web.session(), sight),
        categories=CATEGORIES,
        sight=sight,
        home=_home(),
    )


def _home() -> str:
    """Return where a map opens: "lat,lon,zoom"."""
    lon, lat, zoom = maps.home_of(web.settings().tiles_path)
    return f"{lat:.5f},{lon:.5f},{zoom}"


@pages.get("/map/list")
@public
def sheet() -> ResponseReturnValue:
    box, _ = parse_view(request.args.get("box", ""), request.args.get("zoom", ""))
    cards = queries_map.cards_in(web.session(), box, parse_sight(request.args))
    return render_template("reports/parts/sheet.html", reports=cards)


@pages.get("/api/view")
@public
def view() -> ResponseReturnValue:
    box, zoom = parse_view(request.args.get("box", ""), request.args.get("zoom", ""))
    found = queries_map.in_view(web.session(), box, zoom, parse_sight(request.args))
    return Response(msgspec.json.encode(found), mimetype="application/json")


@pages.get("/new")
@signed_in
def new() -> ResponseReturnValue:
    return _blocked() or _form_page(_begun())


def _blocked() -> ResponseReturnValue | None:
    """Return the page for who is blocked; looked up without taking the writer's turn."""
    with reading_session(engine()) as session:
        block = blocks_queries.block_on(session, web.actor().id, web.device(), web.at())
    if block is None:
        return None
    to = web.settings().mail_from
    return render_template("reports/blocked.html", block=block, to=to), 403


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


@pages.post("/")
@signed_in
@web.limit("report", times=20, window_s=3600, by_device=True)
@web.takes_files(web.PICTURES)
def create() -> ResponseReturnValue:
    if (refused := _blocked()) is not None:
        return refused
    form = NewReportForm(request.form)
    valid, spots = form.validate(), form.place_found(_search)
    if not valid or form.errors:
        return _form_page(form, spots), 422
    try:
        sent = views_same.photos_sent(form)
    except InvalidError as error:
        form.photo.errors = [media.WORDS[error.code]]
        return _form_page(form), 422
    if (asked := views_same.question(form, sent)) is not None:
        return asked
    return redirect(url_for("reports.page", report_id=_taken(form, sent), thanks=1), 303)


def _taken(form: NewReportForm, sent: views_same.Sent) -> UUID:
    """Store what the form tells, with the thing it names and the letter it came from."""
    session, actor, at = web.session(), web.actor(), web.at()
    draft = intake_queries.draft_of(session, form.told("draft"), at)
    # A letter's photos were looked over by nobody, whatever its sender says of what they send now.
    brought = sent if sent.photos or draft is None else views_same.Sent(draft.photos, False)
    new = form.value(brought.photos, looked_over=brought.looked_over)
    if not new.place:
        new = msgspec.structs.replace(new, place=maps.named_near(session, new.lat, new.lon))
    report_id = blocks_actions.take_report(session, actor, new, _signs(form), at=at)
    stickers_actions.link_asset(session, actor, report_id, form.told("asset"), at=at)
    views_same.link_earlier(form, report_id)
    intake_actions.use_draft(session, actor, form.told("draft"), report_id, at=at)
    return report_id


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
    form: NewReportForm, spots: Sequence[maps.Spot] = (), page: str = "reports/new.html"
) -> str:
    asked = {c.value: text for c, text in QUESTIONS.items()}
    form.fill(opened=form.told("opened") or web.stamp(web.at()))
    kinds = {"categories": CATEGORIES, "questions": asked}
    return render_template(page, form=form, spots=spots, home=_home(), **kinds)


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
    found = maps.search(web.session(), request.args.get("q", "")[:80])
    return Response(msgspec.json.encode(found), mimetype="application/json")


@pages.get("/api/named")
@public
@web.limit("places", times=600, window_s=600)
def named() -> ResponseReturnValue:
    _, lat, lon = parse_spot(request.args)
    return Response(maps.named_near(web.session(), lat, lon), mimetype="text/plain")


@pages.get("/<report_id>")
@public
def page(report_id: str) -> ResponseReturnValue:
    report = report_for(web.session(), web.actor(), report_id)
    return render_template(
        "reports/page.html",
        **views_page.shown(report),
        thanks="thanks" in request.args,
        joined="joined" in request.args,
    )


@pages.post("/<report_id>/judge")
@signed_in
@web.limit("judge", times=60, window_s=3600)
def judge(report_id: str) -> ResponseReturnValue:
    form = JudgeForm(request.form)
    if not form.validate():
        raise InvalidError("form_invalid", dict.fromkeys(form.errors, "invalid"))
    report, text = report_for(web.session(), web.actor(), report_id), form["text"].data or ""
    settled = form["settled"].data == "yes"
    settling_actions.judge_report(
        web.session(), web.actor(), report, text, settled=settled, at=web.at()
    )
    return redirect(url_for("reports.page", report_id=report_id), 303)


@pages.post("/<report_id>/follow")
@signed_in
@web.limit("follow", times=100, window_s=3600)
def follow(report_id: str) -> ResponseReturnValue:
    report = report_for(web.session(), web.actor(), report_id)
    change = actions.unfollow_report if "stop" in request.form else actions.follow_report
    change(web.session(), web.actor(), report, at=web.at())
    return redirect(url_for("reports.page", report_id=report_id), 303)
