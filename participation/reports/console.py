"""The console's queue and cases: answer, assign, merge, reject, note, many at once."""

from datetime import datetime

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from participation.accounts import directory
from participation.reports import (
    actions,
    actions_family,
    actions_merge,
    actions_undo,
    queries_family,
    queries_staff,
)
from participation.reports.access import report_for
from participation.reports.answers import queries as answers_queries
from participation.reports.forms import (
    AnswerForm,
    AssignForm,
    MergeForm,
    NoteForm,
    ReasonForm,
)
from participation.reports.models import Report
from participation.reports.rules import Status
from services import web
from services.auth.gates import role
from services.errors import InvalidError
from services.ids import parse_id

pages = Blueprint("reports_console", __name__, url_prefix="/console")
staff = role("moderator", "officer")


@pages.get("/")
@staff
def queue() -> ResponseReturnValue:
    return _desk(None)


@pages.get("/reports/<report_id>")
@staff
def case(report_id: str) -> ResponseReturnValue:
    return _desk(_report(report_id))


def _desk(report: Report | None) -> str:
    session, actor, at = web.session(), web.actor(), web.at()
    view = request.args.get("view", "live")
    return render_template(
        "console/queue.html",
        items=queries_staff.queue(session, actor, view, at),
        views=queries_staff.views(session, actor, view, at),
        case=queries_staff.case_of(session, actor, report, at) if report else None,
        ready=answers_queries.by_state(session, report.category) if report else {},
        same=_same(report),
        beside=queries_family.beside(session, report, at, staff=not actor.bounded)
        if report
        else None,
        staff=directory.staff(session),
        view=view,
    )


def _same(report: Report | None) -> queries_staff.Same | None:
    """Return what the words of the address find to join a report into; None where none are."""
    words = request.args.get("same", "").strip()[:200]
    return queries_staff.same_as(web.session(), report, words) if report and words else None


def _report(report_id: str) -> Report:
    return report_for(web.session(), web.actor(), report_id, to="handle")


def _back(report_id: str) -> ResponseReturnValue:
    return redirect(url_for("reports_console.case", report_id=report_id), 303)


@pages.post("/reports/<report_id>/reporter")
@staff
def reporter(report_id: str) -> ResponseReturnValue:
    """Say who told of a report, to those whose case it is; each look is on record."""
    report = _report(report_id)
    name = actions.look_at_reporter(web.session(), web.actor(), report, at=web.at())
    page = render_template("console/reporter.html", title=report.title, key=report.id, name=name)
    return Response(page, headers={"Cache-Control": "private, no-store"})


@pages.post("/reports/<report_id>/answer")
@staff
def answer(report_id: str) -> ResponseReturnValue:
    form = _valid(AnswerForm(request.form))
    report, status = _report(report_id), Status(form["status"].data)
    text = form["text"].data or _ready(form["ready"].data or "", status)
    given = (web.session(), web.actor(), report, status, text)
    actions.answer_report(*given, at=web.at())
    if "parts" in request.form:
        actions_family.answer_parts(*given, at=web.at())
    _offer_undo()
    return _back(report_id)


def _ready(answer_id: str, status: Status) -> str:
    """Return the text of a ready answer chosen without script; it is for one state alone."""
    found = answers_queries.answer_by(web.session(), parse_id(answer_id))
    if found is not None and found.status != status:
        raise InvalidError("answer_elsewhere", {"ready": "invalid"})
    return found.text if found else ""


@pages.post("/reports/<report_id>/assign")
@staff
def assign(report_id: str) -> ResponseReturnValue:
    form = _valid(AssignForm(request.form))
    person_id = parse_id(form["person_id"].data or "")
    if person_id is not None and str(person_id) not in _staff_ids():
        raise InvalidError("not_staff", {"person_id": "unknown"})
    actions.assign_report(web.session(), web.actor(), _report(report_id), person_id, at=web.at())
    return _back(report_id)


def _staff_ids() -> set[str]:
    return {str(person.id) for person in directory.staff(web.session())}


@pages.post("/reports/<report_id>/merge")
@staff
def merge(report_id: str) -> ResponseReturnValue:
    form = _valid(MergeForm(request.form))
    report, into = _report(report_id), _report(form["into"].data)
    actions_merge.merge_report(web.session(), web.actor(), report, into, at=web.at())
    return _back(str(into.id))


@pages.post("/reports/<report_id>/reject")
@staff
def reject(report_id: str) -> ResponseReturnValue:
    form = _valid(ReasonForm(request.form))
    report, reason = _report(report_id), form["reason"].data
    actions.reject_report(web.session(), web.actor(), report, reason, at=web.at())
    _offer_undo()
    return _back(report_id)


@pages.post("/reports/<report_id>/note")
@staff
def note(report_id: str) -> ResponseReturnValue:
    form = _valid(NoteForm(request.form))
    actions.note_report(
        web.session(), web.actor(), _report(report_id), form["text"].data, at=web.at()
    )
    return _back(report_id)


@pages.post("/undo")
@staff
def undo() -> ResponseReturnValue:
    try:
        given_at = datetime.fromisoformat(request.form.get("at", ""))
        actions_undo.withdraw_answers(web.session(), web.actor(), given_at, at=web.at())
    except (ValueError, TypeError) as error:
        raise InvalidError("moment_unreadable", {"at": "unreadable"}) from error
    return redirect(url_for("reports_console.queue"), 303)


def _offer_undo() -> None:
    """Let the next page offer to take back what was just answered."""
    flash(web.at().isoformat(), "undo")


@pages.post("/bulk")
@staff
def bulk() -> ResponseReturnValue:
    status = Status.ACKNOWLEDGED
    if request.form.get("action") not in ("acknowledge", "assign_me"):
        raise InvalidError("action_unknown", {"action": "unknown"})
    moved = False
    for report_id in request.form.getlist("ids")[:100]:
        report = _report(report_id)
        if request.form["action"] == "assign_me":
            actions.assign_report(web.session(), web.actor(), report, web.actor().id, at=web.at())
        elif Status(report.status) == Status.OPEN:
            actions.answer_report(web.session(), web.actor(), report, status, "", at=web.at())
            moved = True
    if moved:
        _offer_undo()
    return redirect(url_for("reports_console.queue"), 303)


def _valid(form: Form) -> Form:
    if not form.validate():
        raise InvalidError("form_invalid", dict.fromkeys(form.errors, "invalid"))
    return form
