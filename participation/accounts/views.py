"""Signing in and out, and what is mine: names, sign-ins, my data."""

import logging
import sqlite3
from uuid import UUID

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response as AnyResponse

from participation.accounts import actions, actions_codes, queries, visits
from participation.accounts.cast import CAST
from participation.accounts.rules import SIGN_IN_LIVES, local_path, normal_email
from services import i18n, mail, web
from services.auth import oidc
from services.auth.gates import public, signed_in
from services.db import Session, reading_session, unit_of_work
from services.errors import InvalidError, NotFoundError
from services.ids import parse_id
from services.registry import SignedOut
from services.tokens import keyed_hash

log = logging.getLogger(__name__)
pages = Blueprint("accounts", __name__)
VISITS = visits.Visits()
UNCARRIED = "Our mail server cannot write to that address. Give another one, in Latin letters."
MAIL = "Your code is %(code)s. It is good for 10 minutes. If you did not ask for it, do nothing."


@pages.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    return _ask_address()


def _ask_address(email: str = "", error: str = "") -> str:
    provider = oidc.provider(current_app)
    return render_template(
        "accounts/sign_in.html", next=_next(), email=email, error=error, provider=provider
    )


@pages.post("/sign-in")
@public
@web.limit("code", times=10, window_s=600)
def send_code() -> ResponseReturnValue:
    email, settings = request.form.get("email", ""), web.settings()
    try:
        code = _mail_code(email)
    except InvalidError:
        return _ask_address(email, "That does not look like an e-mail address."), 422
    except mail.AddressError:
        return _ask_address(email, UNCARRIED), 422
    shown = code if settings.mode != "production" and settings.smtp_url is None else ""
    return render_template("accounts/code.html", next=_next(), email=email, shown=shown, error="")


def _mail_code(email: str) -> str:
    """Make a code, send it and return it; raises InvalidError and mail.AddressError."""
    settings, lang = web.settings(), web.actor().lang
    # In a transaction of its own: no writer waits while a mail server takes its time.
    with unit_of_work(web.engine()) as session:
        code = actions_codes.request_code(
            session, settings.secret_key, email, _asker(), at=web.at()
        )
    subject, text = i18n.translate(lang, "Your Madang code"), i18n.translate(lang, MAIL, code=code)
    # To the address as it is kept: a look-alike may be another's mailbox.
    mail.send(settings, normal_email(email) or "", subject, text)
    return code


@pages.post("/sign-in/code")
@public
@web.limit("redeem", times=20, window_s=600)
def redeem() -> ResponseReturnValue:
    email, code = request.form.get("email", ""), request.form.get("code", "")
    secret, asker = web.settings().secret_key, _asker()
    person_id = actions_codes.redeem_code(web.session(), secret, email, code, asker, at=web.at())
    if person_id is None:
        # 200, so that the counted guess is committed: five guesses are all a code allows.
        error = "Type it once more, or ask for a new one. It does not fit, or its time is over."
        return render_template(
            "accounts/code.html", next=_next(), email=email, shown="", error=error
        )
    return signed_in_as(web.session(), person_id, redirect(_next(), 303))


def _asker() -> actions_codes.Asker:
    """Return where the request comes from, in a form that leads nobody back to it."""
    secret, line = web.settings().secret_key, web.line_of(request.remote_addr or "")
    device = keyed_hash(secret, "browser", web.device())
    return actions_codes.Asker(device, keyed_hash(secret, "line", line))


@pages.get("/sign-in/demo")
@public
def cast() -> ResponseReturnValue:
    _demo_only()
    return render_template("accounts/demo.html", cast=CAST, next=_next())


@pages.post("/sign-in/demo")
@public
def play() -> ResponseReturnValue:
    _demo_only()
    member = next((m for m in CAST if m.key == request.form.get("who")), None)
    if member is None:
        raise NotFoundError
    actions.ensure_cast(web.session(), web.at())
    return signed_in_as(web.session(), member.id, redirect(_next(), 303))


def _demo_only() -> None:
    if web.settings().mode == "production":
        abort(404)


def signed_in_as(
    session: Session, person_id: UUID, response: AnyResponse, issuer: str | None = None
) -> AnyResponse:
    """Return `response` with the cookie of a new sign-in of the person, let in by `issuer`.

    It takes the place of one that this browser has, and of what hangs on that: the list of
    sign-ins is one of browsers.
    """
    agent, before = request.headers.get("User-Agent", ""), web.actor()
    if before.id == person_id and before.session_id is not None:
        actions.revoke_session(session, before, before.session_id, at=web.at())
    browser = _asker().browser
    token = actions.sign_in(session, person_id, agent, issuer=issuer, browser=browser, at=web.at())
    now = queries.identify(session, {queries.COOKIE: token}, web.at())
    if before.id == person_id and before.session_id is not None and now is not None:
        _take_along(session, SignedOut(person_id, before.session_id, goes_on=now.session_id))
    response.set_cookie(
        queries.COOKIE,
        token,
        max_age=int(SIGN_IN_LIVES.total_seconds()),
        secure=web.settings().base_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return response


@pages.before_app_request
def note_visit() -> None:
    """Keep when a browser was last here: one look an hour, and a write only if an hour passed."""
    sign_in_id = web.actor().session_id
    if sign_in_id is None or not VISITS.due(sign_in_id, web.at()):
        return
    with reading_session(web.engine()) as reading:
        if not visits.unseen(reading, sign_in_id, web.at()):
            return
    try:
        with unit_of_work(web.engine()) as session:
            visits.note_seen(session, sign_in_id, web.at())
    except (DBAPIError, sqlite3.OperationalError) as error:
        # A line in a list must not keep a page from its reader.
        log.warning("a visit was not noted: %s", type(error).__name__)


def _next() -> str:
    return local_path(request.values.get("next", "/"))


def _end_with(sign_in_id: UUID, *, elsewhere: bool = False) -> None:
    """Let all that hangs on a sign-in end with it, or what hangs on any other of the person's."""
    person_id = web.actor().id
    if person_id is not None:
        _take_along(web.session(), SignedOut(person_id, sign_in_id, elsewhere=elsewhere))


def _take_along(session: Session, ended: SignedOut) -> None:
    for take in web.registry().signed_out:
        take(session, ended, web.at())


@pages.post("/sign-out")
@signed_in
@web.form_on("/me")
def sign_out() -> ResponseReturnValue:
    session_id = web.actor().session_id
    if session_id is not None:
        actions.revoke_session(web.session(), web.actor(), session_id, at=web.at())
        _end_with(session_id)
    response = redirect("/", 303)
    response.delete_cookie(queries.COOKIE)
    return response


@pages.get("/me")
@signed_in
def me() -> ResponseReturnValue:
    return render_template("accounts/me.html", me=queries.me(web.session(), web.actor()))


@pages.get("/me/sessions")
@signed_in
def sessions() -> ResponseReturnValue:
    found = queries.sign_ins(web.session(), web.actor(), web.at())
    return render_template("accounts/sessions.html", sign_ins=found)


@pages.post("/me/sessions/others/revoke")
@signed_in
def revoke_others() -> ResponseReturnValue:
    session_id = web.actor().session_id
    if session_id is not None:
        actions.revoke_others(web.session(), web.actor(), at=web.at())
        _end_with(session_id, elsewhere=True)
    return redirect(url_for("accounts.sessions"), 303)


@pages.post("/me/sessions/<session_id>/revoke")
@signed_in
def revoke(session_id: str) -> ResponseReturnValue:
    key = parse_id(session_id)
    if key is None:
        raise NotFoundError
    actions.revoke_session(web.session(), web.actor(), key, at=web.at())
    _end_with(key)
    return redirect(url_for("accounts.sessions"), 303)


@pages.get("/me/erase")
@signed_in
def ask_erase() -> ResponseReturnValue:
    return render_template("accounts/erase.html")


@pages.post("/me/erase")
@signed_in
def erase() -> ResponseReturnValue:
    person_id = web.actor().id
    if person_id is not None:
        # The account goes last: others ask it for what they need to take their leave.
        for hook in sorted(web.registry().privacy, key=lambda one: one.name == "accounts"):
            hook.erase(web.session(), person_id, web.at())
    response = redirect("/", 303)
    response.delete_cookie(queries.COOKIE)
    return response


@pages.get("/me/notifications")
@signed_in
def notifications() -> ResponseReturnValue:
    return render_template("accounts/notifications.html")


@pages.post("/language")
@public
def language() -> ResponseReturnValue:
    chosen = request.form.get("lang", request.form.get("language", ""))
    if chosen not in i18n.LANGUAGES:
        raise InvalidError("language_unknown", {"lang": "unknown"})
    if web.actor().signed_in:
        actions.choose_language(web.session(), web.actor(), chosen, at=web.at())
    response = redirect(_next(), 303)
    response.set_cookie("lang", chosen, max_age=31_536_000, samesite="Lax")
    return response
