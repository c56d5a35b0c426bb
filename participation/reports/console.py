"""The console's queue and cases: answer, assign, merge, unmerge, reject, note, and take back."""

from datetime import datetime

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from participation.reports import (
    actions,
    actions_family,
    actions_merge,
    actions_undo,
    queries_family,
    queries_undo,
)
from participation.reports.answers import queries as answers_queries
from participation.reports.console_desk import (
    desk,
    handled,
    keeps_typed,
    offer_undo,
    reason_of,
    sought,
    staff_of,
    to_case,
    to_queue,
)
from participation.reports.forms import (
    AnswerForm,
    AssignForm,
    MergeForm,
    NoteForm,
    ReasonForm,
    SeenForm,
    UndoForm,
    WordsForm,
)
from participation.reports.models import Report
from participation.reports.rules import Status
from participation.reports.settling import actions_words
from services import web
from services.auth.gates import role
from services.errors import InvalidError
from services.ids import parse_id

pages = Blueprint("reports_console", __name__, url_prefix="/console")
staff = role("moderator", "officer")


@pages.get("/")
@staff
def queue() -> ResponseReturnValue:
    return desk(None)


@pages.get("/reports/<report_id>")
@staff
def case(report_id: str) -> ResponseReturnValue:
    return desk(handled(report_id))


@pages.post("/reports/<report_id>/reporter")
@staff
def reporter(report_id: str) -> ResponseReturnValue:
    """Say who told of a report, to those whose case it is; each look is on record."""
    report = handled(report_id)
    name = actions.look_at_reporter(web.session(), web.actor(), report, at=web.at())
    told = {"title": report.title, "key": report.id, "name": name}
    back = f"/console/reports/{report.id}{sought().query()}"
    page = render_template("console/reporter.html", back=back, **told)
    return Response(page, headers={"Cache-Control": "private, no-store"})


@pages.post("/reports/<report_id>/answer")
@staff
@keeps_typed(AnswerForm)
def answer(report_id: str, form: AnswerForm) -> ResponseReturnValue:
    status = Status(form["status"].data)
    report = _held_with_parts(report_id, form)
    text = form["text"].data or _ready(form["ready"].data or "", status)
    given, before = (web.session(), web.actor(), report, status, text), report.status
    actions.answer_report(*given, at=web.at())
    if "parts" in request.form:
        actions_family.answer_parts(*given, at=web.at())
    offer_undo(before)
    return to_case(report_id)


def _held_with_parts(report_id: str, form: AnswerForm) -> Report:
    """Return the report as it was seen, held in one go with the parts that are answered with it."""
    if "parts" not in request.form:
        return handled(report_id, form["seen"].data)
    along = queries_family.parts_of(web.session(), web.actor(), handled(report_id))
    return handled(report_id, form["seen"].data, *along)


def _ready(answer_id: str, status: Status) -> str:
    """Return the text of a ready answer chosen without script; it is for one state alone."""
    found = answers_queries.answer_by(web.session(), parse_id(answer_id))
    if found is not None and found.status != status:
        raise InvalidError("answer_elsewhere", {"ready": "invalid"})
    return found.text if found else ""


@pages.post("/reports/<report_id>/assign")
@staff
@keeps_typed(AssignForm)
def assign(report_id: str, form: AssignForm) -> ResponseReturnValue:
    report, whom = handled(report_id, form["seen"].data), staff_of(form)
    if actions.assign_report(web.session(), web.actor(), report, whom, at=web.at()):
        offer_undo()
    return to_case(report_id)


@pages.post("/reports/<report_id>/merge")
@staff
@keeps_typed(MergeForm)
def merge(report_id: str, form: MergeForm) -> ResponseReturnValue:
    into = handled(form["into"].data)
    along = queries_family.joined_into(web.session(), handled(report_id))
    report = handled(report_id, form["seen"].data, into, *along)
    actions_merge.merge_report(web.session(), web.actor(), report, into, at=web.at())
    offer_undo()
    return to_case(into.id)


@pages.post("/reports/<report_id>/unmerge")
@staff
@keeps_typed(SeenForm)
def unmerge(report_id: str, form: SeenForm) -> ResponseReturnValue:
    """Let go on by itself what was joined by mistake: whoever handles both may."""
    report = handled(report_id)
    if report.merged_into is not None:
        handled(str(report.merged_into))
    handled(report_id, form["seen"].data, *queries_undo.touched_by(web.session(), report))
    actions_undo.unmerge_report(web.session(), web.actor(), report, at=web.at())
    return to_case(report_id)


@pages.post("/reports/<report_id>/reject")
@staff
@keeps_typed(ReasonForm)
def reject(report_id: str, form: ReasonForm) -> ResponseReturnValue:
    report, reason = handled(report_id, form["seen"].data), reason_of(form)
    before = report.status
    actions.reject_report(web.session(), web.actor(), report, reason, at=web.at())
    offer_undo(before)
    return to_case(report_id)


@pages.post("/reports/<report_id>/note")
@staff
@keeps_typed(NoteForm)
def note(report_id: str, form: NoteForm) -> ResponseReturnValue:
    actions.note_report(
        web.session(), web.actor(), handled(report_id), form["text"].data, at=web.at()
    )
    return to_case(report_id)


@pages.post("/reports/<report_id>/words")
@role("moderator")
@keeps_typed(WordsForm)
def take_words_off(report_id: str, form: WordsForm) -> ResponseReturnValue:
    report, step = handled(report_id, form["seen"].data), parse_id(form["step"].data or "")
    actions_words.take_words_off(web.session(), web.actor(), report, step, at=web.at())
    return to_case(report_id)


@pages.post("/undo")
@pages.post("/reports/<report_id>/undo")
@staff
@keeps_typed(UndoForm)
def undo(form: UndoForm, report_id: str = "") -> ResponseReturnValue:
    of_case = report_id or form["report"].data
    try:
        given_at = datetime.fromisoformat(form["at"].data)
        gone = actions_undo.withdraw_acts(web.session(), web.actor(), given_at, at=web.at())
    except (ValueError, TypeError) as error:
        raise InvalidError("moment_unreadable", {"at": "unreadable"}) from error
    here = [one for one in gone if str(one.report_id) == of_case]
    # Of a report that was joined, the page was that of the other one.
    shown = here or (gone if of_case else [])
    return to_case(shown[0].report_id, again=shown[0].entry_id) if shown else to_queue()
