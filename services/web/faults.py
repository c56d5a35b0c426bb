"""Errors as answers: a page that shows the way out, or a problem document (RFC 9457)."""

import errno
import logging
import smtplib
import socket
import sqlite3
from collections.abc import Iterator
from datetime import timedelta

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from services import i18n
from services.auth.gates import SignInNeeded
from services.errors import DomainError, TooManyError
from services.web.fault_words import SPECIAL, WORDS
from services.web.leading import is_taken_for_another, page_of_form, way_back
from services.web.request import READS, actor, at

log = logging.getLogger(__name__)
WAIT = "Go on %(wait)s. Nothing you wrote is lost."
# What SQLite, PostgreSQL and the system say of a full disk.
FULL = ("is full", "disk I/O error", "No space left", "could not extend file")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def install(app: Flask) -> None:
    app.register_error_handler(SignInNeeded, _sign_in)
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(sqlite3.OperationalError, _database)
    # No connection to the database came free in time.
    app.register_error_handler(PoolTimeoutError, _database)
    app.register_error_handler(smtplib.SMTPException, _away)
    app.register_error_handler(OSError, _system)
    app.register_error_handler(RecursionError, _too_deep)
    app.register_error_handler(Exception, _broken)


def answer(
    status: int, code: str = "", fields: dict[str, str] | None = None, text: str = ""
) -> Response:
    """Return the answer for `status` in the shape and the language the client asked for.

    `text` stands in place of the sentence that goes with the status or the code.
    """
    title, way_out = sentences(code, status)
    text = text or way_out
    if wants_json():
        problem = {"type": f"urn:madang:{code or status}", "title": title, "status": status}
        problem |= {"detail": text} | ({"fields": fields} if fields else {})
        response = jsonify(problem)
        response.mimetype = "application/problem+json"
    else:
        page = render_template(
            "errors/error.html", status=status, title=title, text=text, code=code, back=way_back
        )
        response = Response(page, mimetype="text/html")
    response.status_code = status
    return response


def sentences(code: str, status: int) -> tuple[str, str]:
    """Return what happened and the way out of it, in the language of who asked."""
    known = SPECIAL.get(code) or WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    lang = actor().lang
    return i18n.translate(lang, known[0]), i18n.translate(lang, known[1])


def wants_json() -> bool:
    """Say whether who asked is a program that takes no page."""
    offered = ["text/html", "application/json", "application/problem+json"]
    best = request.accept_mimetypes.best_match(offered, "text/html")
    return best != "text/html" or request.is_json


def _sign_in(error: SignInNeeded) -> ResponseReturnValue:
    if wants_json():
        return answer(401, error.code)
    # A page would be put in the place of a part of one.
    if "X-Partial" in request.headers:
        return Response(status=401, mimetype="text/plain")
    return redirect(url_for("accounts.sign_in", next=way_back()), 303)


def _domain(error: DomainError) -> ResponseReturnValue:
    if isinstance(error, TooManyError):
        return _too_many(error)
    if error.code == "storage_full":
        return _full(error)
    asked = error.status == 404 and request.method in READS and not wants_json()
    # Such a form has no page of its own either, though its address found one.
    if asked and is_taken_for_another(request.path):
        return redirect(page_of_form(request.path), 303)
    return in_time(answer(error.status, error.code, error.fields), error)


def in_time(response: Response, error: DomainError) -> Response:
    """Return `response` with when to come back, where the error says so."""
    seconds: int = getattr(error, "retry_after_s", 0)
    return _later(response, seconds) if seconds else response


def _too_many(error: TooManyError) -> ResponseReturnValue:
    """Say when to go on, in the reader's words and in the header."""
    lang, now = actor().lang, at()
    wait = i18n.ago(lang, now + timedelta(seconds=error.retry_after_s), now)
    said = i18n.translate(lang, WAIT, wait=wait)
    return in_time(answer(429, error.code, text=said), error)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code == 405 and request.method in READS and not wants_json():
        return redirect(page_of_form(request.path), 303)
    if error.code is not None and error.code < 400:
        return error.get_response()
    return answer(error.code or 500)


def _database(error: Exception) -> ResponseReturnValue:
    """Tell a value the database cannot hold from a database that cannot hold anything."""
    kind = type(getattr(error, "orig", error)).__name__
    if isinstance(error, DataError):
        log.warning("the database refused a value: %s", kind)
        return answer(422, "value_unreadable")
    if isinstance(error, IntegrityError):
        log.warning("a rule of the database was broken in %s: %s", request.endpoint, kind)
        twice = "unique" in str(error.orig).lower()
        return answer(409, "meanwhile") if twice else answer(422, "value_unreadable")
    if any(mark in said for said in _grounds(error) for mark in FULL):
        return _full(error)
    log.error("the database did not answer: %s", kind)
    return _later(answer(503, "busy"), 3)


def _grounds(error: BaseException | None) -> Iterator[str]:
    """Yield what an error says, and what it came from: a full disk ends savepoints too."""
    while error is not None:
        yield str(getattr(error, "orig", error))
        error = error.__cause__ or error.__context__


def _full(error: Exception) -> ResponseReturnValue:
    log.error("no room left on the disk: %s", type(error).__name__)
    return _later(answer(503, "storage_full"), 60)


def _away(error: Exception) -> ResponseReturnValue:
    log.error("a service did not answer in %s: %s", request.endpoint, type(error).__name__)
    return _later(answer(503, "service_away"), 60)


def _system(error: OSError) -> ResponseReturnValue:
    if error.errno in NO_ROOM:
        return _full(error)
    if isinstance(error, ConnectionError | TimeoutError | socket.gaierror):
        return _away(error)
    return _broken(error)


def _too_deep(_error: RecursionError) -> ResponseReturnValue:
    """Only what was sent can be nested so deep: nothing of ours is."""
    log.warning("a body nested too deep for %s", request.endpoint)
    return answer(400, "too_deep")


def _later(response: Response, seconds: int) -> Response:
    response.headers["Retry-After"] = str(seconds)
    return response


def _broken(error: Exception) -> ResponseReturnValue:
    log.error("unexpected failure in %s", request.endpoint, exc_info=error)
    return answer(500, "broken")
