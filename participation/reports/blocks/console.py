"""The console's guard: what waits for a first look, and who may not report for a while."""

from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports.access import is_staff, report_for
from participation.reports.blocks import actions, queries
from participation.reports.blocks.rules import BLOCK_DAYS
from participation.reports.models import Report
from services import i18n, web
from services.auth import Actor
from services.auth.gates import role
from services.db import Session
from services.errors import InvalidError
from services.ids import parse_id
from services.registry import HomeCard

pages = Blueprint("reports_guard", __name__, url_prefix="/console")
moderator = role("moderator")
staff = role("moderator", "officer")
MOST = 100


def home_cards(session: Session, actor: Actor, _at: datetime) -> list[HomeCard]:
    """Return what staff see on their first page of reports that wait for a first look."""
    if not is_staff(actor):
        return []
    count, grave = queries.waiting_count(session, actor)
    if count == 0:
        return []
    figure = i18n.number(actor.lang, count)
    url, kind = "/console/first-look", "waiting"
    if grave:
        return [HomeCard("Grave reports wait for a first look", figure, "Look at them", url, kind)]
    return [HomeCard("Reports wait for a first look", figure, "Look at them", url, kind)]


@pages.get("/first-look")
@staff
def first_look() -> ResponseReturnValue:
    looked = min(max(request.args.get("looked", 0, type=int), 0), MOST)
    found = queries.waiting(web.session(), web.actor())
    count, _ = queries.waiting_count(web.session(), web.actor())
    return render_template("console/first_look.html", waiting=found, looked=looked, count=count)


@pages.post("/first-look")
@moderator
def look() -> ResponseReturnValue:
    act, reason = request.form.get("action", ""), request.form.get("reason", "")
    chosen = [_report(one) for one in request.form.getlist("ids")[:MOST]]
    if act == "let_through":
        count = actions.let_through(web.session(), web.actor(), chosen, at=web.at())
    elif act == "turn_down":
        count = actions.turn_down(web.session(), web.actor(), chosen, reason, at=web.at())
    else:
        raise InvalidError("action_unknown", {"action": "unknown"})
    return redirect(url_for("reports_guard.first_look", looked=count), 303)


def _report(report_id: str) -> Report:
    return report_for(web.session(), web.actor(), report_id, to="handle")


@pages.get("/blocks")
@staff
def blocks() -> ResponseReturnValue:
    lines = queries.blocks(web.session(), web.actor(), web.at())
    return render_template("console/blocks.html", blocks=lines)


@pages.get("/reports/<report_id>/block")
@moderator
def ask_block(report_id: str) -> ResponseReturnValue:
    report = _report(report_id)
    return render_template(
        "console/block.html",
        report=report,
        trace=queries.trace_of(web.session(), report),
        days=BLOCK_DAYS,
    )


@pages.post("/reports/<report_id>/block")
@moderator
def block(report_id: str) -> ResponseReturnValue:
    sent, report = request.form, _report(report_id)
    days = int(sent["days"]) if sent.get("days", "") in map(str, BLOCK_DAYS) else 0
    whom = (sent.get("whom", ""), days)
    reason = sent.get("reason", "")
    actions.block_reporter(web.session(), web.actor(), report, reason, whom, at=web.at())
    return redirect(url_for("reports_guard.blocks"), 303)


@pages.post("/blocks/<block_id>/lift")
@moderator
def lift(block_id: str) -> ResponseReturnValue:
    actions.lift_block(web.session(), web.actor(), parse_id(block_id), at=web.at())
    return redirect(url_for("reports_guard.blocks"), 303)
