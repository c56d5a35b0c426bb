"""The parts of a report's page by themselves, for pages that stand open while it goes on."""

from datetime import datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from participation.reports import queries, queries_family, queries_own
from participation.reports.access import judging_over, may_judge, report_for
from participation.reports.blocks import edge as blocks_edge
from participation.reports.models import Report
from participation.reports.photos.access import unlooked_of
from participation.reports.rules import JUDGED, Status
from services import web
from services.auth.gates import public

pages = Blueprint("reports_page", __name__, url_prefix="/reports")


def shown(report: Report) -> dict[str, object]:
    """Return what the page of a report, and each of its parts, is drawn from."""
    session, actor, at = web.session(), web.actor(), web.at()
    asked = may_judge(session, actor, report, at)
    return {
        "report": queries.page_of(session, actor, report, at),
        "unlooked": unlooked_of(session, actor, report),
        "beside": queries_family.beside(session, report, at),
        "asked": asked,
        "block": blocks_edge.block_of(actor.id) if asked else None,
        "to": web.settings().mail_from,
        "unread": _unread(report),
        "over": Status(report.status) in JUDGED and judging_over(report, at),
    }


def _unread(report: Report) -> datetime | None:
    since = web.at() - queries_own.RECENT
    return queries_own.unread_until(web.session(), web.actor().id, report.id, since)


@pages.get("/<report_id>/timeline")
@public
def timeline(report_id: str) -> ResponseReturnValue:
    report = report_for(web.session(), web.actor(), report_id)
    told = queries.page_of(web.session(), web.actor(), report, web.at())
    return render_template("reports/parts/timeline.html", report=told, unread=_unread(report))


@pages.get("/<report_id>/standing")
@public
def standing(report_id: str) -> ResponseReturnValue:
    """How a report stands and what its reader may do: all that changes beside its story."""
    report = report_for(web.session(), web.actor(), report_id)
    return render_template("reports/parts/standing.html", **shown(report))
