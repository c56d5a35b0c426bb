"""Headers, forgery tokens and the gate check: what holds for every route without being asked."""

import hmac
import re
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from flask import session as cookie
from markupsafe import Markup, escape

from services.auth.gates import GATE
from services.errors import DomainError, ForbiddenError, InvalidError
from services.web.request import READS

MEGABYTE = 1024 * 1024
# Three pictures of the largest size, and the words beside them.
PICTURES = 64 * MEGABYTE
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
}
TOKEN = 24
HOSTILE = re.compile("[\x00\ud800-\udfff]")
EXEMPT = "__own_proof__"
BODY = "__body__"
View = TypeVar("View", bound=Callable[..., Any])


class ForgedError(DomainError):
    """The form was not one of ours, or it is too old."""

    status = 400

    def __init__(self) -> None:
        super().__init__("form_expired")


def csrf_token() -> str:
    """Return this browser's token, made at first need, behind a mask of its own each time."""
    if "csrf" not in cookie:
        cookie["csrf"] = secrets.token_hex(TOKEN)
    mask = secrets.token_bytes(TOKEN)
    return (mask + _xor(mask, bytes.fromhex(str(cookie["csrf"])))).hex()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _unmasked(given: str) -> str:
    """Return the token behind a mask; nothing if it is none of ours."""
    try:
        masked = bytes.fromhex(given)
    except ValueError:
        return ""
    return _xor(masked[:TOKEN], masked[TOKEN:]).hex() if len(masked) == 2 * TOKEN else ""


def csrf_field() -> Markup:
    """Return the hidden field every form carries."""
    return Markup('<input type="hidden" name="csrf_token" value="%s">') % escape(csrf_token())


def own_proof(view: View) -> View:
    """Mark a view whose request carries a proof of its own in place of the form's token."""
    setattr(view, EXEMPT, True)
    return view


def takes_files(most: int) -> Callable[[View], View]:
    """Let a view take a form with files, of up to `most` bytes; all others take a megabyte."""

    def mark(view: View) -> View:
        setattr(view, BODY, most)
        return view

    return mark


def install(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = MEGABYTE
    app.config["MAX_FORM_MEMORY_SIZE"] = MEGABYTE
    app.config["MAX_FORM_PARTS"] = 200
    app.before_request(_need_gate)
    app.before_request(_bound_body)
    app.before_request(_refuse_hostile_text)
    app.before_request(_refuse_forged)
    app.after_request(_add_headers)


def _need_gate() -> None:
    view = _view()
    if view is not None and request.endpoint != "static" and not hasattr(view, GATE):
        raise ForbiddenError("no_gate")


def _bound_body() -> None:
    """Only files are large, and they come in parts: all else is read whole, and costs time."""
    if request.mimetype == "multipart/form-data":
        request.max_content_length = getattr(_view(), BODY, MEGABYTE)


def _refuse_hostile_text() -> None:
    """A NUL or a lone surrogate is in no language, and PostgreSQL stores neither."""
    texts = [*request.args.values(), request.path]
    if request.method not in READS and request.mimetype in FORMS:
        texts += [v for values in request.form.listvalues() for v in values]
    if any(HOSTILE.search(text) for text in texts):
        raise InvalidError("text_unreadable")


FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def _refuse_forged() -> None:
    if request.method in READS or hasattr(_view(), EXEMPT):
        return
    known = cookie.get("csrf", "")
    given = request.headers.get("X-CSRF-Token") or ""
    if not given and request.mimetype in FORMS:
        given = request.form.get("csrf_token", "")
    if not known or not hmac.compare_digest(str(known), _unmasked(given)):
        raise ForgedError


def _view() -> object | None:
    return current_app.view_functions.get(request.endpoint or "")


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    # What says nothing of itself may be somebody's own, whatever kind of answer it is.
    if response.mimetype == "text/html" or "Cache-Control" not in response.headers:
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.vary.update(("Cookie", "Accept-Language"))
    return response
