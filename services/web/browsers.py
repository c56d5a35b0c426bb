"""This browser, known again by a random cookie of its own: for bounds and blocks, nothing else.

The cookie is set only where a browser is about to write. It says nothing of the person, and what
is stored of it is a hash.
"""

import hashlib
import hmac
import secrets

from flask import Flask, Response, g, request

from services.tokens import hash_of
from services.web.request import settings

COOKIE = "madang_device"
YEAR_S = 31_536_000
SIZE = 18


def known() -> str:
    """Return the id of the browser that asks (64 hex digits), nothing where it has none."""
    token, _, sign = request.cookies.get(COOKIE, "").partition(".")
    ours = hmac.compare_digest(sign.encode(), _sign(token).encode())
    return hash_of(token) if token and ours else ""


def device() -> str:
    """Return the id of the browser that asks; one that has none gets its cookie now."""
    if (found := known()) != "":
        return found
    if "new_device" not in g:
        g.new_device = secrets.token_urlsafe(SIZE)
    return hash_of(str(g.new_device))


def _sign(token: str) -> str:
    key = settings().secret_key.encode()
    return hmac.new(key, b"device\n" + token.encode(), hashlib.sha256).hexdigest()[:32]


def install(app: Flask) -> None:
    app.after_request(_hand_out)


def _hand_out(response: Response) -> Response:
    token = g.pop("new_device", "")
    if token:
        response.set_cookie(
            COOKIE,
            f"{token}.{_sign(token)}",
            max_age=YEAR_S,
            secure=settings().base_url.startswith("https:"),
            httponly=True,
            samesite="Lax",
        )
    return response
