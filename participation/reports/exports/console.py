"""Files of reports to take along: asked for, watched while they are written, fetched."""

import zlib
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine

from participation.reports.exports.actions import DONE, KEPT, ask_export
from participation.reports.exports.models import ReportExport
from participation.reports.exports.queries import (
    PUBLIC_SCOPE,
    STAFF_SCOPE,
    ExportFilters,
    body_of,
    export_for,
    exports_of,
    state_of,
)
from participation.reports.rules import LABELS, PUBLIC, STATUS_LABELS, Category, Status
from services import web
from services.auth import Actor
from services.auth.gates import public, role
from services.db import Session, reading_session
from services.errors import InvalidError, NotFoundError
from services.ids import parse_id
from services.web.request import engine

pages = Blueprint("reports_exports", __name__, url_prefix="/reports/export")
console = Blueprint("reports_exports_console", __name__, url_prefix="/console/export")
CATEGORIES = [{"code": c.value, "label": label} for c, label in LABELS.items()]
STATUSES = {
    PUBLIC_SCOPE: [s.value for s in Status if s in PUBLIC],
    STAFF_SCOPE: [s.value for s in Status],
}
GZIP = 31


def may_watch(_session: Session, _actor: Actor, room: str) -> bool:
    """Who knows a file's unguessable name may watch how far it is: numbers, no contents."""
    return parse_id(room.removeprefix("export:")) is not None


@pages.get("")
@public
def ask() -> ResponseReturnValue:
    return _asking(PUBLIC_SCOPE)


@console.get("")
@role("moderator", "officer")
def ask_staff() -> ResponseReturnValue:
    return _asking(STAFF_SCOPE)


def _asking(scope: str) -> str:
    actor = web.actor()
    mine = exports_of(web.session(), actor.id, web.at()) if actor.id and _staff(scope) else []
    return render_template(
        _page(scope),
        chosen=ExportFilters(request.args.get("category", ""), request.args.get("status", "")),
        categories=CATEGORIES,
        statuses=[{"code": s, "label": STATUS_LABELS[Status(s)]} for s in STATUSES[scope]],
        base=_base(scope),
        days=KEPT.days,
        files=mine,
        file=None,
    )


def _staff(scope: str) -> bool:
    return scope == STAFF_SCOPE


def _page(scope: str) -> str:
    return "console/export.html" if _staff(scope) else "reports/export.html"


def _base(scope: str) -> str:
    return "/console/export" if _staff(scope) else "/reports/export"


@pages.post("")
@public
@web.limit("export", times=10, window_s=3600)
def make() -> ResponseReturnValue:
    key = ask_export(web.session(), web.actor(), PUBLIC_SCOPE, _filters(PUBLIC_SCOPE), at=web.at())
    return redirect(url_for("reports_exports.watch", export_id=key), 303)


@console.post("")
@role("moderator", "officer")
@web.limit("export", times=60, window_s=3600)
def make_staff() -> ResponseReturnValue:
    key = ask_export(web.session(), web.actor(), STAFF_SCOPE, _filters(STAFF_SCOPE), at=web.at())
    return redirect(url_for("reports_exports_console.watch_staff", export_id=key), 303)


def _filters(scope: str) -> ExportFilters:
    filters = ExportFilters(request.form.get("category", ""), request.form.get("status", ""))
    if filters.category not in ("", *Category) or filters.status not in ("", *STATUSES[scope]):
        raise InvalidError("form_invalid", {"category": "invalid"})
    return filters


@pages.get("/<export_id>")
@public
def watch(export_id: str) -> ResponseReturnValue:
    return _watching(export_id, PUBLIC_SCOPE)


@console.get("/<export_id>")
@role("moderator", "officer")
def watch_staff(export_id: str) -> ResponseReturnValue:
    return _watching(export_id, STAFF_SCOPE)


def _watching(export_id: str, scope: str) -> str:
    row = _row(export_id, scope)
    template = "reports/parts/export.html" if "part" in request.args else _page(scope)
    return render_template(template, file=state_of(row), base=_base(scope), days=KEPT.days)


def _row(export_id: str, scope: str) -> ReportExport:
    return export_for(web.session(), web.actor(), export_id, scope, at=web.at())


@pages.get("/<export_id>/file.csv")
@public
@web.limit("export_file", times=60, window_s=3600)
def file(export_id: str) -> ResponseReturnValue:
    return _file(_row(export_id, PUBLIC_SCOPE))


@console.get("/<export_id>/file.csv")
@role("moderator", "officer")
@web.limit("export_file", times=60, window_s=3600)
def file_staff(export_id: str) -> ResponseReturnValue:
    return _file(_row(export_id, STAFF_SCOPE))


def _file(row: ReportExport) -> Response:
    """Return the lines as they are unpacked, one part at a time."""
    if row.state != DONE:
        raise NotFoundError
    day = row.asked_at.astimezone(ZoneInfo(web.settings().timezone))
    name = f"madang-reports-{row.scope}-{day:%Y-%m-%d}.csv"
    response = Response(_lines(engine(), row), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _lines(source: Engine, row: ReportExport) -> Iterator[bytes]:
    for number in range(row.parts):
        # A session for each part: none stays open while a slow line takes its time.
        with reading_session(source) as session:
            body = body_of(session, row.id, number)
        yield zlib.decompress(body or b"", GZIP) if body else b""
