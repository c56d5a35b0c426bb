"""The team's ready answers: kept, changed, deleted and put back."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports.answers import actions, queries
from participation.reports.answers.forms import AnswerForm, fits_of
from participation.reports.removals.queries import removed_by
from participation.reports.rules import LABELS, STATUS_LABELS
from services import web
from services.auth.gates import role
from services.errors import DomainError, InvalidError, NotFoundError, RefusedError

pages = Blueprint("reports_answers", __name__, url_prefix="/console/answers")
staff = role("moderator", "officer")


def _page(adding: AnswerForm, changing: dict[UUID, AnswerForm], **more: Any) -> str:
    session = web.session()
    found = queries.answers(session)
    forms = {one.id: AnswerForm.of(one) for one in found} | changing
    return render_template(
        "console/answers.html",
        answers=found,
        forms=forms,
        adding=adding,
        statuses=[s.value for s in STATUS_LABELS],
        categories=[c.value for c in LABELS],
        removed=removed_by(session, web.actor(), actions.REMOVABLE, web.at()),
        **more,
    )


def _refused(
    error: DomainError, form: AnswerForm | None = None, answer_id: UUID | None = None
) -> ResponseReturnValue:
    """Draw the page again and say on it why nothing was done; its status is the error's.

    What was typed stands in its form again; where the answer is gone, in the form that adds one.
    """
    if web.wants_json():
        raise error
    web.give_up()
    adding, changing, told = AnswerForm(), {}, {}
    if form is not None and answer_id is not None and isinstance(error, InvalidError):
        changing[answer_id] = form
    elif form is not None:
        adding = form
    if form is None or not error.fields:
        told["refused"] = web.sentences(error.code, error.status)
    else:
        form.wrong = dict(error.fields)
    return _page(adding, changing, **told), error.status


def _back(answer_id: UUID | None = None) -> ResponseReturnValue:
    anchor = f"answer-{answer_id}" if answer_id else None
    return redirect(url_for("reports_answers.answers", _anchor=anchor), 303)


@pages.get("/")
@staff
def answers() -> ResponseReturnValue:
    return _page(AnswerForm(), {})


@pages.post("/")
@staff
def add() -> ResponseReturnValue:
    form = AnswerForm(request.form)
    told = form.label.data or "", form.text.data or ""
    try:
        actions.add_answer(web.session(), web.actor(), *told, fits_of(form), at=web.at())
    except InvalidError as error:
        return _refused(error, form)
    return _back()


@pages.post("/<uuid:answer_id>")
@staff
def change(answer_id: Any) -> ResponseReturnValue:
    form, who = AnswerForm(request.form), (web.session(), web.actor())
    told = form.label.data or "", form.text.data or ""
    try:
        actions.change_answer(*who, answer_id, *told, fits_of(form), at=web.at())
    except (InvalidError, NotFoundError) as error:
        return _refused(error, form, answer_id)
    return _back(answer_id)


@pages.post("/<uuid:answer_id>/delete")
@staff
def delete(answer_id: Any) -> ResponseReturnValue:
    try:
        actions.delete_answer(web.session(), web.actor(), answer_id, at=web.at())
    except NotFoundError as error:
        return _refused(error)
    return _back()


@pages.post("/undo")
@staff
def undo() -> ResponseReturnValue:
    wanted = request.form.get("removed", "")
    try:
        actions.restore_answer(web.session(), web.actor(), wanted, at=web.at())
    except (NotFoundError, RefusedError) as error:
        return _refused(error)
    return _back()
