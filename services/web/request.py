"""The request's own things. The session opens when first asked for, and commits in one place."""

from datetime import datetime
from typing import cast

import msgspec
from flask import Flask, Response, current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from services import clock, i18n
from services.auth import Actor
from services.auth.gates import SignInNeeded
from services.config import Settings
from services.db import Session, reading_session, writing_session
from services.db.one_by_one import wait_turn
from services.errors import ForbiddenError
from services.registry import Registry

READS = ("GET", "HEAD", "OPTIONS")


def settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


def registry() -> Registry:
    return cast(Registry, current_app.extensions["registry"])


def engine() -> Engine:
    return cast(Engine, current_app.extensions["engine"])


def actor() -> Actor:
    """Return who is asking; a stranger has no id."""
    return cast(Actor, g.actor)


def at() -> datetime:
    """Return the moment of this request: one for all it does."""
    return cast(datetime, g.at)


def session() -> Session:
    """Return this request's session; on SQLite a writing request takes its turn here.

    Raises SignInNeeded or ForbiddenError where a writing request is not its actor's any more.
    """
    if "session" not in g:
        reads = request.method in READS
        g.session = reading_session(engine()) if reads else writing_session(engine())
        if not reads:
            _know_again(g.session)
    return cast(Session, g.session)


def _know_again(writing: Session) -> None:
    """Let nobody write as somebody they are no more by now.

    A photo takes its time to come in and to be worked on: the account may be erased meanwhile, or
    a role be gone. What one person does at once is done one after the other.
    """
    known: Actor | None = g.get("actor")
    identify = registry().identify
    if known is None or known.id is None or identify is None:
        return
    wait_turn(writing, [known.id])
    now = identify(writing, request.cookies, at())
    if now is None or now.id != known.id:
        raise SignInNeeded
    if not known.roles <= now.roles or known.bounds != now.bounds:
        raise ForbiddenError


def give_up() -> None:
    """Undo what this request began and let others write; what is read from here on is as it was."""
    if "session" in g:
        g.pop("session").close()
    g.session = reading_session(engine())


def holds_turn() -> bool:
    """Say whether this request has begun to write: everyone else's writes wait until it ends."""
    return "session" in g and request.method not in READS and g.session.in_transaction()


def install(app: Flask) -> None:
    app.before_request(_identify)
    app.after_request(_commit)
    app.teardown_request(_close)


def _identify() -> None:
    """Find the actor in a short session of its own, so that no write lock is held meanwhile."""
    g.at = clock.now()
    lang = i18n.chosen(
        request.headers.get("Accept-Language", ""), request.cookies.get("lang"), settings().language
    )
    g.actor = Actor(None, lang=lang)
    identify = registry().identify
    if identify is not None and request.endpoint != "static":
        with reading_session(engine()) as reading:
            g.actor = identify(reading, request.cookies, g.at) or g.actor
    if request.cookies.get("lang") in i18n.LANGUAGES and g.actor.lang != lang:
        g.actor = msgspec.structs.replace(g.actor, lang=lang)


def _commit(response: Response) -> Response:
    """Commit once, here and nowhere else; an answer that says no leaves nothing behind."""
    if "session" in g and request.method not in READS:
        if response.status_code >= 400:
            g.session.rollback()
            return response
        try:
            g.session.commit()
        except DBAPIError as error:
            # A full disk shows here first. What was answered is not true then: say so instead.
            g.session.rollback()
            answer = current_app.handle_user_exception(error)
            return current_app.process_response(current_app.make_response(answer))
    return response


def _close(_error: BaseException | None) -> None:
    if "session" in g:
        g.pop("session").close()


__all__ = [
    "actor",
    "at",
    "engine",
    "give_up",
    "holds_turn",
    "install",
    "registry",
    "session",
    "settings",
]
