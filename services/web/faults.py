"""Errors as answers: a page that shows the way out, or a problem document (RFC 9457)."""

import logging
import sqlite3

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from services import i18n
from services.auth.gates import SignInNeeded
from services.errors import DomainError, TooManyError
from services.web.request import actor

log = logging.getLogger(__name__)
WORDS = {
    400: ("That request could not be read", "Go back, reload the page and try once more."),
    403: ("This page is not open to you", "If it should be, sign in with another account."),
    404: ("There is nothing here", "It may have been moved, or the address has a slip in it."),
    405: ("That cannot be done here", "Go back and use the buttons on the page."),
    409: ("That has changed meanwhile", "Reload the page to see how it stands now."),
    413: ("That is too large", "Photos may have up to 20 MB, texts up to 4,000 characters."),
    415: ("That kind of file is not accepted", "Send a JPEG, PNG, WebP or HEIC picture."),
    422: ("Something is missing or odd", "Look at what you entered and try once more."),
    429: ("That was a lot at once", "Wait a minute, then go on. Nothing you wrote is lost."),
    500: ("Something broke on our side", "We have noted it. Try again in a moment."),
    503: ("The city's notebook is busy", "Nothing is lost. Try again in a few seconds."),
}


def install(app: Flask) -> None:
    app.register_error_handler(SignInNeeded, _sign_in)
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(sqlite3.OperationalError, _busy)
    app.register_error_handler(DataError, _unreadable)
    app.register_error_handler(Exception, _broken)


def answer(status: int, code: str = "", fields: dict[str, str] | None = None) -> Response:
    """Return the answer for `status` in the shape and the language the client asked for."""
    title, text = WORDS.get(status, WORDS[500 if status >= 500 else 400])
    lang = actor().lang
    title, text = i18n.translate(lang, title), i18n.translate(lang, text)
    if wants_json():
        problem = {"type": f"urn:madang:{code or status}", "title": title, "status": status}
        problem |= {"detail": text} | ({"fields": fields} if fields else {})
        response = jsonify(problem)
        response.mimetype = "application/problem+json"
    else:
        page = render_template(
            "errors/error.html", status=status, title=title, text=text, code=code
        )
        response = Response(page, mimetype="text/html")
    response.status_code = status
    return response


def wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json" or request.is_json


def _sign_in(error: SignInNeeded) -> ResponseReturnValue:
    if wants_json():
        return answer(401, error.code)
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("accounts.sign_in", next=here), 303)


def _domain(error: DomainError) -> ResponseReturnValue:
    response = answer(error.status, error.code, error.fields)
    if isinstance(error, TooManyError):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error.get_response()
    return answer(error.code or 500)


def _busy(error: Exception) -> ResponseReturnValue:
    log.error("the database did not answer: %s", type(error).__name__)
    response = answer(503, "busy")
    response.headers["Retry-After"] = "3"
    return response


def _unreadable(error: Exception) -> ResponseReturnValue:
    log.warning("the database refused a value: %s", type(error).__name__)
    return answer(422, "value_unreadable")


def _broken(error: Exception) -> ResponseReturnValue:
    log.error("unexpected failure in %s", request.endpoint, exc_info=error)
    return answer(500, "broken")
