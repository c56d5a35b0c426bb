"""The console's analysis: a map sheet by hexagon and month, its figures as a table, one file."""

from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from participation.reports.analysis import queries
from participation.reports.analysis.queries import Analysis, Hexagon, months_until
from participation.reports.rules import LABELS, Category
from services import i18n, maps, web
from services.auth.gates import role
from services.errors import InvalidError, NotFoundError
from services.web.pages import DIST, asset, manifest

pages = Blueprint("reports_analysis", __name__, url_prefix="/console/analysis")
staff = role("moderator", "officer")
CATEGORIES = [{"code": c.value, "label": label} for c, label in LABELS.items()]
MOST_ROWS = 40


@pages.get("")
@staff
def index() -> ResponseReturnValue:
    chosen, found = _asked()
    return render_template(
        "console/analysis.html",
        analysis=found,
        rows=found.hexagons[:MOST_ROWS],
        categories=CATEGORIES,
        chosen=chosen,
        query=urlencode(chosen),
    )


@pages.get("/map")
@staff
def sheet() -> ResponseReturnValue:
    """Return the map as a document of its own, for the page's frame."""
    html = _sheet(asset("analysis.js"), asset("analysis.css"))
    response = Response(html, mimetype="text/html")
    policy = maps.policy_of(html) + "; frame-ancestors 'self'"
    response.headers["Content-Security-Policy"] = policy
    return response


@pages.get("/file")
@staff
def download() -> ResponseReturnValue:
    """Return the map as one file that needs nothing else."""
    script, style = (
        (DIST / manifest()[name]).read_text() for name in ("analysis.js", "analysis.css")
    )
    html = maps.self_contained(_sheet("analysis.js", "analysis.css"), script, style)
    response = Response(html, mimetype="text/html")
    name = f"madang-{_asked()[0]['until']}.html"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _asked() -> tuple[dict[str, str], Analysis]:
    """Return what the address asks for, and its figures."""
    session, settings = web.session(), web.settings()
    zone = ZoneInfo(settings.timezone)
    until = request.args.get("until") or queries.newest_month(session, zone)
    until = until or f"{web.at().astimezone(zone):%Y-%m}"
    kind = request.args.get("kind", "")
    kind = kind if kind in set(Category) else ""
    try:
        months_until(until)
    except ValueError as error:
        raise InvalidError("month_unreadable", {"until": "like 2026-11"}) from error
    within = maps.bounds_of(settings.tiles_path)
    found = queries.analysis(session, until, zone, at=web.at(), category=kind, within=within)
    return {"until": until, "kind": kind}, found


def _sheet(script: str, style: str) -> str:
    chosen, found = _asked()
    if not found.hexagons:
        raise NotFoundError
    lang = web.actor().lang
    say = partial(i18n.translate, lang)
    outlines = maps.outlines_of(web.settings().tiles_path)

    def named(one: Hexagon) -> str:
        return f"{one.place} · {say('Hot spot')} {one.spot}" if one.spot else one.place

    drawn = maps.Sheet(
        title=f"{say('Where reports gather')} {chosen['until']}",
        lang=lang,
        words=maps.Words(
            month=say("Month"),
            by_month=say("Month by month"),
            heat=say("Heat of all twelve months"),
            ages=say("Open reports: days they wait"),
            few=say("Few"),
            many=say("Many"),
        ),
        months=found.months,
        hexagons=[maps.Hexagon(h.ring, named(h), h.counts, h.spot, h.days) for h in found.hexagons],
        outlines=outlines,
        attribution=maps.credit_of(web.settings().tiles_path) if outlines else "",
        heat=found.heat,
    )
    return maps.draw_sheet(drawn, script, style)
