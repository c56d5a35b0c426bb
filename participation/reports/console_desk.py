"""The console's desk: the queue beside an open case, drawn again where an act is refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from participation.accounts import directory
from participation.reports import queries_family, queries_staff
from participation.reports.access import report_for
from participation.reports.answers import queries as answers_queries
from participation.reports.models import Report
from services import i18n, web
from services.errors import DomainError, InvalidError, RefusedError

Act = Callable[[str, Any], ResponseReturnValue]


class Refusal(msgspec.Struct, frozen=True):
    """Why an act was not done, in the reader's words.

    `act` names the act, `typed` is what was sent by field, `wrong` the sentence beside each field
    that is at fault; where none is, `title` and `way_out` stand above them all.
    """

    act: str
    typed: dict[str, str]
    title: str
    way_out: str
    wrong: dict[str, str]


def handled(report_id: str) -> Report:
    """Return a report that is the actor's to work on; errors as `report_for`."""
    return report_for(web.session(), web.actor(), report_id, to="handle")


def desk(report: Report | None, refusal: Refusal | None = None) -> str:
    """Return the page of the queue, and of a case where one is open."""
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
        source=_source(report),
        refusal=refusal,
    )


def _same(report: Report | None) -> queries_staff.Same | None:
    """Return what the words of the address find to join a report into; None where none are."""
    words = request.args.get("same", "").strip()[:200]
    return queries_staff.same_as(web.session(), report, words) if report and words else None


def _source(report: Report | None) -> str:
    """Return where this page can be read again: an act that was refused has no page of its own."""
    if report is None or request.method == "GET":
        return request.full_path.rstrip("?")
    asked = f"?{request.query_string.decode()}" if request.query_string else ""
    return url_for("reports_console.case", report_id=report.id) + asked


def keeps_typed(kind: type[Form]) -> Callable[[Act], Callable[[str], ResponseReturnValue]]:
    """Give an act of a case its form, and draw the case again with it where it is refused.

    The page's status is that of the error (422 or 409), so nothing of the act is kept; a program
    gets its problem document as everywhere.
    """

    def keeping(act: Act) -> Callable[[str], ResponseReturnValue]:
        @wraps(act)
        def kept(report_id: str) -> ResponseReturnValue:
            form = kind(request.form)
            try:
                return act(report_id, _valid(form))
            except (InvalidError, RefusedError) as error:
                if web.wants_json():
                    raise
                return _again(report_id, act.__name__, form, error), error.status

        return kept

    return keeping


def _valid(form: Form) -> Form:
    if not form.validate():
        raise InvalidError("form_invalid", dict.fromkeys(form.errors, "invalid"))
    return form


def _again(report_id: str, act: str, form: Form, error: DomainError) -> str:
    # What the act had begun must not show, and nobody waits for a page to be drawn.
    web.give_up()
    title, way_out = web.sentences(error.code, error.status)
    refusal = Refusal(
        act=act,
        typed=request.form.to_dict(),
        title=title,
        way_out=way_out,
        wrong=dict.fromkeys(error.fields, f"{title}. {way_out}") | _said(form),
    )
    return desk(handled(report_id), refusal)


def _said(form: Form) -> dict[str, str]:
    """Return what the form itself says of each field."""
    lang, wrong = web.actor().lang, [field for field in form if field.errors]
    return {field.name: i18n.translate(lang, str(field.errors[0])) for field in wrong}
