"""The console's picture work: show what was looked over, cover parts of it, remove it."""

import base64

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from participation.reports.access import report_for
from participation.reports.console_desk import handled, keeps_typed, offer_undo, sought, to_case
from participation.reports.forms import PhotoForm, RemovePhotoForm
from participation.reports.photos import actions, actions_look, actions_removal, queries
from participation.reports.photos.access import Frame, frame_of
from participation.reports.photos.forms import parse_boxes
from participation.reports.queries import photos_of
from services import media, web
from services.auth.gates import role
from services.db import reading_session
from services.errors import InvalidError, RefusedError

pages = Blueprint("reports_photo", __name__, url_prefix="/console/reports")


@pages.post("/<report_id>/redact")
@role("moderator", "officer")
@keeps_typed(PhotoForm)
def redact(report_id: str, form: PhotoForm) -> ResponseReturnValue:
    boxes, shown = parse_boxes(request.form), _shown(report_id, form)
    # Before the writing begins: nobody's report waits for this picture.
    redacted = media.redact(shown, boxes, by=str(web.actor().id))
    report = handled(report_id, form["seen"].data)
    actions.cover_photo(web.session(), web.actor(), report, shown, redacted, at=web.at())
    return to_case(report_id)


@pages.post("/<report_id>/show-photo")
@role("moderator", "officer")
@keeps_typed(PhotoForm)
def show_photo(report_id: str, form: PhotoForm) -> ResponseReturnValue:
    report, which = handled(report_id, form["seen"].data), form["photo"].data
    actions_look.show_photo(web.session(), web.actor(), report, which, at=web.at())
    offer_undo()
    return to_case(report_id)


def _shown(report_id: str, form: PhotoForm) -> str:
    """Return the hash of the picture the boxes were drawn on, read without the writer's turn.

    That is the one the form names, so that boxes never come to lie on another; else the first.
    """
    with reading_session(web.engine()) as reading:
        report = report_for(reading, web.actor(), report_id, to="handle")
        waiting = queries.waiting_of(reading, [report.id]).get(report.id, [])
        photos = [*photos_of(reading, report), *waiting]
    if not photos:
        raise InvalidError("no_photo")
    name = str(form["photo"].data or "") or photos[0]
    if name not in photos:
        raise RefusedError("photo_changed")
    return name


def _frame(report_id: str) -> Frame:
    return frame_of(web.session(), handled(report_id), request.form.get("photo", ""))


@pages.post("/<report_id>/original")
@role("moderator")
def original(report_id: str) -> ResponseReturnValue:
    frame = _frame(report_id)
    name = actions.look_at_original(web.session(), web.actor(), frame, at=web.at())
    # Within the page and nowhere else: the picture has no address that could be passed on.
    picture = "data:image/webp;base64," + base64.b64encode(media.content(name)).decode()
    told = queries.Pictured(str(frame.report.id), frame.report.title)
    back = f"/console/reports/{told.id}{sought().query()}"
    page = render_template("console/original.html", report=told, picture=picture, back=back)
    return Response(page, headers={"Cache-Control": "private, no-store"})


@pages.post("/<report_id>/uncover")
@role("moderator")
def uncover(report_id: str) -> ResponseReturnValue:
    actions.uncover_photo(web.session(), web.actor(), _frame(report_id), at=web.at())
    return to_case(report_id)


@pages.post("/<report_id>/remove-photo")
@role("moderator")
@keeps_typed(RemovePhotoForm)
def remove_photo(report_id: str, form: RemovePhotoForm) -> ResponseReturnValue:
    report, reason = handled(report_id, form["seen"].data), form["reason"].data or ""
    which = form["photo"].data
    actions_removal.remove_photo(web.session(), web.actor(), report, which, reason, at=web.at())
    offer_undo()
    return to_case(report_id)
