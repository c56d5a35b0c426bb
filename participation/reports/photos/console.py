"""The console's picture work: cover parts of it, look under the cover, take the cover off."""

import base64

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports.access import report_for
from participation.reports.models import Report
from participation.reports.photos import actions, queries
from participation.reports.photos.access import Frame, frame_of
from participation.reports.photos.forms import parse_boxes
from participation.reports.queries import photos_of
from services import media, web
from services.auth.gates import role
from services.db import reading_session
from services.errors import InvalidError, RefusedError

pages = Blueprint("reports_photo", __name__, url_prefix="/console/reports")


def _report(report_id: str) -> Report:
    return report_for(web.session(), web.actor(), report_id, to="handle")


def _back(report_id: str) -> ResponseReturnValue:
    return redirect(url_for("reports_console.case", report_id=report_id), 303)


@pages.post("/<report_id>/redact")
@role("moderator", "officer")
def redact(report_id: str) -> ResponseReturnValue:
    boxes, shown = parse_boxes(request.form), _shown(report_id)
    # Before the writing begins: nobody's report waits for this picture.
    redacted = media.redact(shown, boxes)
    report = _report(report_id)
    actions.cover_photo(web.session(), web.actor(), report, shown, redacted, at=web.at())
    return _back(report_id)


def _shown(report_id: str) -> str:
    """Return the hash of the picture the boxes were drawn on, read without the writer's turn.

    That is the one the form names, so that boxes never come to lie on another; else the first.
    """
    with reading_session(web.engine()) as reading:
        report = report_for(reading, web.actor(), report_id, to="handle")
        photos = photos_of(reading, report)
    if not photos:
        raise InvalidError("no_photo")
    name = request.form.get("photo", photos[0])
    if name not in photos:
        raise RefusedError("photo_changed")
    return name


def _frame(report_id: str) -> Frame:
    return frame_of(web.session(), _report(report_id), request.form.get("photo", ""))


@pages.post("/<report_id>/original")
@role("moderator")
def original(report_id: str) -> ResponseReturnValue:
    frame = _frame(report_id)
    name = actions.look_at_original(web.session(), web.actor(), frame, at=web.at())
    # Within the page and nowhere else: the picture has no address that could be passed on.
    picture = "data:image/webp;base64," + base64.b64encode(media.content(name)).decode()
    told = queries.Pictured(str(frame.report.id), frame.report.title)
    page = render_template("console/original.html", report=told, picture=picture)
    return Response(page, headers={"Cache-Control": "private, no-store"})


@pages.post("/<report_id>/uncover")
@role("moderator")
def uncover(report_id: str) -> ResponseReturnValue:
    actions.uncover_photo(web.session(), web.actor(), _frame(report_id), at=web.at())
    return _back(report_id)
