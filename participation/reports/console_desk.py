"""The console's desk: the queue beside an open case, drawn again where an act is refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from flask import (
    flash,
    get_flashed_messages,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import Form

from participation.accounts import directory
from participation.reports import queries_family, queries_news, queries_queue, queries_staff
from participation.reports.access import hold_seen, report_for
from participation.reports.answers import queries as answers_queries
from participation.reports.forms import seen_rows
from participation.reports.models import Report
from participation.reports.queries_queue import Sought
from participation.reports.rules import Category, Status
from services import i18n, media, web
from services.errors import DomainError, InvalidError, RefusedError
from services.ids import parse_id

# So many of what was left are named on the next page: their ids travel in a cookie.
NAMED = 30
TAKEN_BACK = "It is taken back, and nobody was told"
SEND_ANEW = "Your words stand here as you wrote them. Send them anew when they are right."
# What an address tells once; a page that is read again does not repeat it.
PASSING = ("seen", "again")
Act = Callable[..., ResponseReturnValue]


class Left(msgspec.Struct, frozen=True):
    """What came of an act on many: how many were done and left, some of these as (id, code)."""

    done: int
    left: int
    named: list[tuple[str, str]]


class NotDone(msgspec.Struct, frozen=True):
    """A report that an act on many left as it was, and why."""

    id: str
    title: str
    why: str


def handled(report_id: str, seen: str = "", *beside: Report) -> Report:
    """Return a report that is the actor's to work on, as it was `seen` if that is told.

    It is held then, with those `beside` it that the act is on. Errors as `report_for` and
    `hold_seen`.
    """
    report = report_for(web.session(), web.actor(), report_id, to="handle")
    hold_seen(web.session(), report, seen, *beside)
    return report


def sought() -> Sought:
    """Return what the queue is narrowed to; every address and every form of the desk tells it."""
    return Sought.of(request.args)


def to_case(report_id: object, again: object = "") -> ResponseReturnValue:
    """Lead to a case, beside the same page of the queue; `again` is a step that was taken back."""
    told = sought().told() | ({"again": str(again)} if again else {})
    path = url_for("reports_console.case", report_id=report_id)
    return redirect(f"{path}?{urlencode(told)}" if told else path, 303)


def to_queue() -> ResponseReturnValue:
    """Lead to the same page of the queue."""
    return redirect(url_for("reports_console.queue") + sought().query(), 303)


def staff_of(form: Form) -> UUID | None:
    """Return whom a form gives a report to, None for nobody; raises InvalidError for strangers."""
    told = str(form["person_id"].data or "")
    found = {str(person.id): person.id for person in directory.staff(web.session())}
    if told and told not in found:
        raise InvalidError("not_staff", {"person_id": "unknown"})
    return found.get(told)


def reason_of(form: Form) -> str:
    """Return why something is turned down: what was typed, else the ready reason chosen."""
    typed = str(form["reason"].data or "")
    key = str(form["ready"].data or "")
    return typed or answers_queries.reason_by(web.session(), web.actor().lang, key)


def offer_undo(before: str = "") -> None:
    """Let the next page offer to take back what was just done to a report in the state `before`.

    What waited for a first look stays where it was put.
    """
    if before != Status.HELD:
        flash(web.at().isoformat(), "undo")


def tell_left(done: int, left: list[tuple[str, str]]) -> None:
    """Let the next page say what an act on many left undone, by (id, code of why)."""
    told = Left(done, len(left), left[:NAMED])
    flash(msgspec.json.encode(told).decode(), "left")


def desk(report: Report | None, refusal: web.Refusal | None = None) -> str:
    """Return the page of the queue, and of a case where one is open."""
    session, actor, at, wanted = web.session(), web.actor(), web.at(), sought()
    if report is not None and refusal is None:
        refusal = _taken_back(report)
    return render_template(
        "console/queue.html",
        queue=queries_queue.queue(session, actor, wanted, at),
        views=queries_queue.views(session, actor, wanted, at),
        kinds=[kind.value for kind in Category],
        sought=wanted,
        refusal=refusal,
        staff=directory.staff(session),
        reasons=answers_queries.reasons(session, actor.lang),
        left=_left(),
        seen=_still_seen(refusal),
        **(_opened(report, refusal) if report else _alone()),
    )


def _still_seen(refusal: web.Refusal | None) -> dict[str, str]:
    """Return how those that were ticked stood when they were: a page drawn again forgets it not."""
    if refusal is None:
        return {}
    rows = {str(key): version for key, version in seen_rows(refusal.typed).items()}
    return {key: version for key, version in rows.items() if key in refusal.chosen}


def _left() -> dict[str, Any] | None:
    """Return what the last act on many left undone: how many were done and left, some by name."""
    kept = get_flashed_messages(category_filter=["left"])
    if not kept:
        return None
    told = msgspec.json.decode(str(kept[-1]), type=Left)
    codes = dict(told.named)
    titles = queries_staff.titles_of(web.session(), web.actor(), list(codes))
    named = [
        NotDone(key, title, web.sentences(codes[key], 409)[0]) for key, title in titles.items()
    ]
    return {"done": told.done, "count": told.left, "named": named}


def _alone() -> dict[str, Any]:
    return {"case": None, "live_source": _source()}


def _opened(report: Report, refusal: web.Refusal | None) -> dict[str, Any]:
    """Return what the pane of an open case shows, and since when it tells what changed."""
    session, actor, at = web.session(), web.actor(), web.at()
    version = queries_news.version_of(session, report)
    asked = refusal.typed if refusal else request.args
    seen = asked.get("seen") or version
    return {
        "version": version,
        "news": queries_news.news_since(session, report, seen),
        "case": queries_staff.case_of(session, actor, report, at),
        "ready": answers_queries.by_state(session, report.category),
        "case_reasons": answers_queries.reasons(session, actor.lang, report.category),
        "same": _same(report),
        "beside": queries_family.beside(session, report, at, staff=not actor.bounded),
        "source": _source(report),
        "live_source": _source(report, seen=seen),
    }


def _taken_back(report: Report) -> web.Refusal | None:
    """Return the actor's own step that was just taken back, to be sent anew in other words."""
    key = parse_id(request.args.get("again", ""))
    step = queries_news.withdrawn(web.session(), web.actor(), report, key) if key else None
    if step is None:
        return None
    act, field = ("reject", "reason") if step.status == Status.REJECTED else ("answer", "text")
    typed = MultiDict({"status": step.status or "", field: step.text})
    lang = web.actor().lang
    title, way_out = i18n.translate(lang, TAKEN_BACK), i18n.translate(lang, SEND_ANEW)
    return web.Refusal(act, typed, title, way_out, {}, focus=field)


def _same(report: Report) -> queries_staff.Same | None:
    """Return what the words of the address find to join a report into; None where none are."""
    words = request.args.get("same", "").strip()[:200]
    return queries_staff.same_as(web.session(), web.actor(), report, words) if words else None


def _source(report: Report | None = None, **more: str) -> str:
    """Return where this page can be read again: an act that was refused has no page of its own."""
    path = url_for("reports_console.queue")
    if report is not None:
        path = url_for("reports_console.case", report_id=report.id)
    asked = {name: text for name, text in request.args.items() if name not in PASSING} | more
    return f"{path}?{urlencode(asked)}" if asked else path


def keeps_typed(kind: type[Form]) -> Callable[[Act], Act]:
    """Give an act of the desk its form, and draw the desk again with it where it is refused.

    The page's status is that of the error (422, 409, 503), so nothing of the act is kept; a program
    gets its problem document as everywhere.
    """

    def keeping(act: Act) -> Act:
        @wraps(act)
        def kept(**on: str) -> ResponseReturnValue:
            form = kind(request.form)
            try:
                return act(**on, form=_valid(form))
            except (InvalidError, RefusedError, media.PicturesBusyError) as error:
                if web.wants_json():
                    raise
                # What was begun must not show, and nobody waits for a page to be drawn.
                web.give_up()
                page = desk(_asked_on(on), _refusal(act.__name__, form, error))
                return web.in_time(make_response(page, error.status), error)

        return kept

    return keeping


def _asked_on(on: dict[str, str]) -> Report | None:
    """Return the report on whose case an act was asked for; None where it was the queue."""
    asked = on.get("report_id") or request.form.get("report", "")
    return handled(asked) if asked else None


def _valid(form: Form) -> Form:
    if not form.validate():
        raise InvalidError("form_invalid", dict.fromkeys(form.errors, "invalid"))
    return form


def _refusal(act: str, form: Form, error: DomainError) -> web.Refusal:
    told = web.refusal(act, error)
    return msgspec.structs.replace(told, wrong=told.wrong | _said(form))


def _said(form: Form) -> dict[str, str]:
    """Return what the form itself says of each field."""
    lang, wrong = web.actor().lang, [field for field in form if field.errors]
    return {field.name: i18n.translate(lang, str(field.errors[0])) for field in wrong}
