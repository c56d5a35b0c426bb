"""The console page of the keys we give to other systems."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports.open311 import actions, queries_keys
from participation.reports.open311.rules import KeyScope
from participation.reports.rules import LABELS
from services import web
from services.auth.gates import role
from services.errors import InvalidError, RefusedError
from services.ids import parse_id

pages = Blueprint("open311_console", __name__, url_prefix="/console/open311")
operator: Callable[[Any], Any] = role("operator")


@pages.get("")
@operator
def key_list() -> ResponseReturnValue:
    return _key_page("")


def _key_page(token: str, refusal: web.Refusal | None = None) -> str:
    return render_template(
        "console/open311_keys.html",
        keys=queries_keys.all_keys(web.session()),
        token=token,
        refusal=refusal,
        categories=LABELS,
        bodies=queries_keys.bodies(web.session()),
    )


def _again(refusal: web.Refusal) -> str:
    return _key_page("", refusal)


@pages.post("")
@operator
@web.limit("open311-keys", times=30, window_s=3600)
@web.drawn_on(_again, InvalidError, RefusedError)
def issue() -> ResponseReturnValue:
    asked = request.form
    scopes, kinds = asked.getlist("scopes"), asked.getlist("categories")
    scope = KeyScope(tuple(scopes), tuple(kinds), parse_id(asked.get("body", "")))
    token = actions.issue_key(
        web.session(), web.actor(), asked.get("name", ""), at=web.at(), scope=scope
    )
    return _shown(token)


def _shown(token: str) -> Response:
    return Response(_key_page(token), headers={"Cache-Control": "no-store"})


@pages.post("/<key_id>/renew")
@operator
@web.limit("open311-keys", times=30, window_s=3600)
def renew(key_id: str) -> ResponseReturnValue:
    return _shown(actions.renew_key(web.session(), web.actor(), key_id, at=web.at()))


@pages.post("/<key_id>/revoke")
@operator
@web.limit("open311-keys", times=30, window_s=3600)
def revoke(key_id: str) -> ResponseReturnValue:
    actions.revoke_key(web.session(), web.actor(), key_id, at=web.at())
    return redirect(url_for("open311_console.key_list"), 303)
