"""The console's pages about the house itself: the audit trail and the dead letters."""

from collections.abc import Collection

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.moderation import actions, queries
from participation.moderation.forms import Search
from participation.moderation.words import KINDS, WORDS
from services import audit, outbox, web
from services.auth.gates import role

pages = Blueprint("moderation", __name__, url_prefix="/console")


@pages.get("/audit")
@role("officer", "operator", bounded=False)
def trail() -> ResponseReturnValue:
    search, lang = Search.of(request.args), web.actor().lang
    wanted = search.wanted(web.settings().timezone, lang)
    return render_template(
        "console/audit.html",
        found=queries.trail(web.session(), search.who, wanted, lang),
        acts=WORDS,
        kinds=KINDS,
        search=search,
        checked=audit.checked(web.session()),
        head=audit.head(web.session()),
    )


@pages.get("/dead-letters")
@role("operator")
def dead_letters() -> ResponseReturnValue:
    session = web.session()
    return render_template(
        "console/dead_letters.html",
        letters=outbox.dead_letters(session, _heard(), at=web.at()),
        piles=outbox.piles(session, _heard(), at=web.at()),
        done=request.args.get("done", ""),
        stuck=[one for told in web.registry().stuck for one in told(session)],
    )


@pages.post("/dead-letters/<letter_id>/retry")
@role("operator")
def retry(letter_id: str) -> ResponseReturnValue:
    actions.retry_letter(web.session(), web.actor(), letter_id, at=web.at())
    return redirect(url_for("moderation.dead_letters", done="again"), 303)


@pages.post("/dead-letters/<letter_id>/discard")
@role("operator")
def discard(letter_id: str) -> ResponseReturnValue:
    actions.discard_letter(web.session(), web.actor(), letter_id, _heard(), at=web.at())
    return redirect(url_for("moderation.dead_letters", done="discarded"), 303)


@pages.post("/dead-letters/retry-all")
@role("operator")
def retry_all() -> ResponseReturnValue:
    name = request.form.get("subscriber", "")
    actions.retry_letters(web.session(), web.actor(), name, at=web.at())
    return redirect(url_for("moderation.dead_letters", done="again"), 303)


@pages.post("/dead-letters/discard-all")
@role("operator")
def discard_all() -> ResponseReturnValue:
    name = request.form.get("subscriber", "")
    actions.discard_letters(web.session(), web.actor(), name, _heard(), at=web.at())
    return redirect(url_for("moderation.dead_letters", done="discarded"), 303)


def _heard() -> Collection[str]:
    """Return the names of all who hear events in this version of the house."""
    return web.registry().subscriptions.by_name.keys()
