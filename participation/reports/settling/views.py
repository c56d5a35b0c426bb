"""One word with one tap, proven by a token that came by push or mail: no sign-in is needed."""

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports.access import may_see, report_for
from participation.reports.blocks import edge as blocks_edge
from participation.reports.models import Report
from participation.reports.settling import actions, queries
from participation.reports.settling.forms import RateForm
from participation.reports.settling.models import ReportAsking
from services import i18n, web
from services.auth import Actor
from services.auth.gates import public, signed_in
from services.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from services.web import browsers
from services.web.faults import wants_json
from services.web.pages import words
from services.web.safety import own_proof

pages = Blueprint("judge", __name__, url_prefix="/reports")
WORDS = {"yes": True, "no": False}


@pages.after_request
def keep_secret(response: Response) -> Response:
    """The address holds the token: no other page hears of it, and no cache keeps it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@pages.app_context_processor
def ratings() -> dict[str, object]:
    """Give templates who is asked how content they are, and what was said so far."""
    return {"may_rate": _may_rate, "contentment": _contentment}


def _may_rate(report_id: str) -> bool:
    return queries.may_rate(web.session(), web.actor().id, UUID(report_id))


def _contentment() -> queries.Contentment | None:
    return queries.contentment(web.session())


@pages.get("/judge/<token>")
@public
@web.limit("judge-look", times=300, window_s=600)
def ask(token: str) -> ResponseReturnValue:
    return _page(token, "")


@pages.get("/judge/<token>/<word>")
@public
@web.limit("judge-look", times=300, window_s=600)
def ask_word(token: str, word: str) -> ResponseReturnValue:
    """Only ask: programs that read mail ahead of people open links too."""
    return _page(token, word if word in WORDS else "")


def _page(token: str, word: str) -> str:
    asking = queries.asking_by(web.session(), token)
    report = web.session().get_one(Report, asking.report_id)
    if not may_see(web.session(), Actor(asking.person_id), report):
        raise NotFoundError
    return render_template(
        "reports/judge.html",
        state=queries.state_of(web.session(), asking, web.at()),
        report=report,
        said=queries.last_word(web.session(), report.id),
        rates=queries.may_rate(web.session(), asking.person_id, report.id),
        token=token,
        word=word,
        block=blocks_edge.block_of(asking.person_id),
        to=web.settings().mail_from,
    )


@pages.post("/judge/<token>/<word>")
@public
@own_proof
@web.limit("judge-tap", times=60, window_s=600)
def judge(token: str, word: str) -> ResponseReturnValue:
    """The token is the proof: a notice or a letter has no form of ours to send."""
    if word not in WORDS:
        raise NotFoundError
    asking, settled = queries.asking_by(web.session(), token), WORDS[word]
    given = (web.session(), asking, Actor(asking.person_id))
    try:
        report = actions.judge_asked(*given, settled=settled, at=web.at(), device=browsers.known())
    except RefusedError:
        return _said_before(token)
    except ForbiddenError as error:
        return _blocked(token, error)
    answer = _answer(asking, report, settled)
    return answer if wants_json() else redirect(url_for("judge.ask", token=token), 303)


def _said_before(token: str) -> ResponseReturnValue:
    """A second tap is no fault of who taps: it changes nothing, and is told what stands."""
    if not wants_json():
        return redirect(url_for("judge.ask", token=token), 303)
    text = words("Your word was taken before, or is not needed any more.")
    return {"title": words("Nothing was changed"), "body": text, "navigate": _path(token)}, 409


def _blocked(token: str, error: ForbiddenError) -> ResponseReturnValue:
    """Show on the token's own page why its word is not taken, and until when."""
    if error.code != "blocked":
        raise error
    web.give_up()
    if not wants_json():
        return _page(token, ""), 403
    title, text = web.sentences(error.code, error.status)
    return {"title": title, "body": text, "navigate": _path(token)}, 403


def _answer(asking: ReportAsking, report: Report, settled: bool) -> dict[str, str]:
    """Return what the notice says instead, now that the word is in."""
    token = request.view_args["token"] if request.view_args else ""
    if settled:
        said = words("Tap to say how content you are. It is one question.")
        return {"title": words("Thank you"), "body": said, "navigate": _path(token)}
    day = i18n.day(web.actor().lang, report.due_at, web.settings().timezone)
    said = words("The city goes on with it and answers by %(day)s.", day=day)
    return {
        "title": words("Thank you. It is open again."),
        "body": said,
        "navigate": f"/reports/{asking.report_id}",
    }


def _path(token: str) -> str:
    return url_for("judge.ask", token=token)


@pages.post("/judge/<token>/rating")
@public
@own_proof
@web.limit("judge-tap", times=60, window_s=600)
def rate(token: str) -> ResponseReturnValue:
    """The token is the proof, as it was for the word before."""
    asking = queries.asking_by(web.session(), token)
    if web.at() >= asking.expires_at:
        raise NotFoundError
    _rate(Actor(asking.person_id), asking.report_id)
    return redirect(url_for("judge.ask", token=token), 303)


@pages.post("/<report_id>/rating")
@signed_in
@web.limit("judge", times=60, window_s=3600, by_device=True)
def rate_own(report_id: str) -> ResponseReturnValue:
    report = report_for(web.session(), web.actor(), report_id)
    _rate(web.actor(), report.id)
    return redirect(url_for("reports.page", report_id=report_id), 303)


def _rate(actor: Actor, report_id: UUID) -> None:
    form = RateForm(request.form)
    if not form.validate():
        raise InvalidError("form_invalid", dict.fromkeys(form.errors, "invalid"))
    score, text = int(form["score"].data or 0), form["text"].data or ""
    actions.rate_report(web.session(), actor, report_id, score, text, at=web.at())
