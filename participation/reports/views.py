"""Pages a resident sees. A view reads the request, calls one action or query, answers."""

from dataclasses import replace
from datetime import datetime
from functools import partial

import msgspec
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports import (
    actions,
    queries,
    queries_map,
    queries_own,
    views_page,
)
from participation.reports.access import is_staff, report_for
from participation.reports.blocks import edge as blocks_edge
from participation.reports.feeds.views import SEARCH
from participation.reports.forms import JudgeForm
from participation.reports.forms_map import parse_sight, parse_view
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
from services import i18n, maps, web
from services.auth import Actor
from services.auth.gates import public, signed_in
from services.db import Session
from services.errors import InvalidError
from services.ids import parse_id
from services.registry import HomeCard, Spot

pages = Blueprint("reports", __name__, url_prefix="/reports")
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
    """Return what waits for a person: unread answers of the last week; for staff, what is late."""
    say = partial(i18n.translate, actor.lang)
    cards = []
    if is_staff(actor) and (count := queries.late_count(session, actor, at)):
        figure = i18n.number(actor.lang, count)
        url = "/console/?view=late"
        cards.append(
            HomeCard("Reports past their promise", figure, "Open the queue", url, "waiting")
        )
    for one in queries_own.answered(session, actor.id, at - queries_own.RECENT) if actor.id else ():
        sentence = say("The city answered: %(title)s", title=one.title)
        state = say(STATUS_LABELS[Status(one.status)])
        card = HomeCard(sentence, state, "Read it", f"/reports/{one.id}", "answer", one.title)
        away = f"/me/news/{one.id}/read"
        cards.append(replace(card, away=away, until=one.at.isoformat()))
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
    if filters.words:
        web.use(SEARCH)
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
        home=home(),
    )


def home() -> str:
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


@pages.get("/<report_id>")
@public
def page(report_id: str) -> ResponseReturnValue:
    report = report_for(web.session(), web.actor(), report_id)
    return render_template(
        "reports/page.html",
        **views_page.shown(report),
        thanks="thanks" in request.args,
        earlier="earlier" in request.args,
        joined="joined" in request.args,
    )


@pages.post("/<report_id>/judge")
@signed_in
@web.limit("judge", times=60, window_s=3600, by_device=True)
def judge(report_id: str) -> ResponseReturnValue:
    if (refused := blocks_edge.refused()) is not None:
        return refused
    settled, text = _word()
    actor, report = web.actor(), report_for(web.session(), web.actor(), report_id)
    settling_actions.judge_report(
        web.session(), actor, report, text, settled=settled, at=web.at(), device=web.device()
    )
    return redirect(url_for("reports.page", report_id=report_id), 303)


def _word() -> tuple[bool, str]:
    """Return whether it is called settled, and the words that go with it; raises InvalidError."""
    form = JudgeForm(request.form)
    if not form.validate():
        raise InvalidError("form_invalid", dict.fromkeys(form.errors, "invalid"))
    return form["settled"].data == "yes", form["text"].data or ""


@pages.post("/<report_id>/follow")
@signed_in
@web.limit("follow", times=100, window_s=3600)
def follow(report_id: str) -> ResponseReturnValue:
    report = report_for(web.session(), web.actor(), report_id)
    change = actions.unfollow_report if "stop" in request.form else actions.follow_report
    change(web.session(), web.actor(), report, at=web.at())
    return redirect(url_for("reports.page", report_id=report_id), 303)
