"""Signing in through the city's identity provider."""

from flask import Blueprint, current_app, redirect, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue

from participation.accounts.actions_identity import admit_identity
from participation.accounts.rules import local_path
from participation.accounts.views import signed_in_as
from services import web
from services.auth import oidc
from services.auth.gates import public
from services.db import unit_of_work
from services.errors import NotFoundError

pages = Blueprint("identity", __name__)
NEXT = "after_sign_in"
SAID = {
    "oidc_denied": (
        "You are not signed in",
        "Nothing was passed on. Try again, or have a code sent to your e-mail address.",
    ),
    "oidc_mismatch": (
        "That sign-in was begun elsewhere",
        "Begin again here. It may have taken more than an hour, or started in another browser.",
    ),
    "oidc_odd": (
        "That answer could not be trusted",
        "Try again, or have a code sent to your e-mail address.",
    ),
    "oidc_away": (
        "The sign-in service does not answer",
        "Have a code sent to your e-mail address, or try again in a minute.",
    ),
}


def _provider() -> oidc.Provider:
    found = oidc.provider(current_app)
    if found is None:
        raise NotFoundError
    return found


@pages.get("/sign-in/oidc")
@public
@web.limit("identity", times=30, window_s=600)
def begin() -> ResponseReturnValue:
    cookie[NEXT] = local_path(request.args.get("next", "/"))
    try:
        return redirect(_provider().begin(), 303)
    except oidc.ProviderError as error:
        return _told(error)


@pages.get("/sign-in/oidc/callback")
@public
@web.limit("identity", times=30, window_s=600)
def finish() -> ResponseReturnValue:
    try:
        identity = _provider().finish(request.args)
    except oidc.ProviderError as error:
        return _told(error)
    # The way back is a GET, which the web layer never commits.
    with unit_of_work(web.engine()) as session:
        person_id = admit_identity(session, web.actor(), identity, at=web.at())
        target = local_path(str(cookie.pop(NEXT, "/")))
        return signed_in_as(session, person_id, redirect(target, 303), identity.issuer)


def _told(error: oidc.ProviderError) -> ResponseReturnValue:
    title, text = SAID[error.code]
    target = local_path(str(cookie.get(NEXT, "/")))
    page = render_template("accounts/not_signed_in.html", title=title, text=text, next=target)
    return page, error.status
