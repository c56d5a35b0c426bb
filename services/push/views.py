"""What a browser says to us about notifications."""

from typing import TypeVar, cast
from uuid import UUID

import msgspec
from flask import Blueprint, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue

from services.auth.gates import public, signed_in
from services.errors import InvalidError, NotFoundError
from services.hours import clock_of
from services.ids import parse_id
from services.push import subscriptions
from services.push.messages import Notice, enqueue_to
from services.push.models import PushSubscription
from services.push.quiet import quiet_hours_of
from services.push.sender import Sender
from services.tokens import keyed_hash
from services.web import form_on, limit
from services.web.faults import wants_json
from services.web.pages import words
from services.web.request import actor, at, session, settings
from services.web.safety import own_proof

pages = Blueprint("push", __name__, url_prefix="/push")
PAGE = "/me/notifications"
MARK = 16
Sent = TypeVar("Sent")


class Receipt(msgspec.Struct):
    id: str


def browsers() -> list[subscriptions.Browser]:
    """Return the reader's own browsers that are told, for a template."""
    return [b for b in subscriptions.subscriptions_of(session(), _person()) if b.gone_at is None]


def gone_browsers() -> list[subscriptions.Browser]:
    """Return the reader's own browsers that are told nothing since their address is gone."""
    return [b for b in subscriptions.subscriptions_of(session(), _person()) if b.gone_at]


def quiet() -> str:
    """Return the reader's quiet hours for a template, as `22:00–07:00`; empty: none."""
    found = quiet_hours_of(session(), [_person()])
    return "".join("–".join(map(clock_of, hours)) for hours in found.values())


def mark() -> str:
    """Return for a template what tells one sign-in from another, and nothing of whose it is."""
    found = actor().session_id
    return keyed_hash(settings().secret_key, "push", str(found))[:MARK] if found else ""


@pages.get("/key")
@public
def key() -> ResponseReturnValue:
    return {"key": cast(Sender, current_app.extensions["push"]).vapid.public_key()}


@pages.post("/subscriptions")
@signed_in
@limit("push", times=30, window_s=3600)
def subscribe() -> ResponseReturnValue:
    made = subscriptions.subscribe(
        session(),
        _person(),
        _sent(subscriptions.Offer),
        sign_in_id=actor().session_id,
        allow_private=settings().push_allow_private,
        at=at(),
    )
    return {"id": str(made)}, 201


@pages.post("/subscriptions/<key_text>/refresh")
@signed_in
@limit("push-refresh", times=60, window_s=3600)
def refresh(key_text: str) -> ResponseReturnValue:
    """A browser says by itself that it is still there: nobody's yes, unlike `subscribe`."""
    subscriptions.refresh(
        session(),
        _person(),
        _key(key_text),
        _sent(subscriptions.Offer),
        sign_in_id=actor().session_id,
        allow_private=settings().push_allow_private,
        at=at(),
    )
    return "", 204


@pages.post("/subscriptions/<key_text>/test")
@signed_in
@limit("push-test", times=10, window_s=600)
@form_on(PAGE)
def test(key_text: str) -> ResponseReturnValue:
    title, text = words("Notifications work here"), words("This is the test you asked for.")
    notice = Notice(title, text, PAGE, "test", "prompt")
    sent = enqueue_to(session(), _own(key_text), notice, at=at())
    if wants_json():
        return {"message": str(sent)}, 202
    flash(words("The test is on its way. It shows in that browser in a moment."))
    return redirect(PAGE, 303)


@pages.get("/messages/<key_text>")
@signed_in
def message(key_text: str) -> ResponseReturnValue:
    return msgspec.structs.asdict(subscriptions.outcome_of(session(), _person(), _key(key_text)))


@pages.post("/subscriptions/<key_text>/remove")
@signed_in
@form_on(PAGE)
def remove(key_text: str) -> ResponseReturnValue:
    unsubscribe(key_text)
    return redirect(PAGE, 303)


@pages.delete("/subscriptions/<key_text>")
@signed_in
def unsubscribe(key_text: str) -> ResponseReturnValue:
    own = _own(key_text)
    subscriptions.unsubscribe(session(), own.person_id, own.id, at=at())
    return "", 204


def _person() -> UUID:
    person_id = actor().id
    if person_id is None:
        raise NotFoundError
    return person_id


def _key(text: str) -> UUID:
    found = parse_id(text)
    if found is None:
        raise NotFoundError
    return found


def _own(text: str) -> PushSubscription:
    return subscriptions.own(session(), _person(), _key(text))


def _sent(kind: type[Sent]) -> Sent:
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidError("subscription_odd") from error


@pages.post("/receipts")
@public
@own_proof
@limit("receipt", times=300, window_s=600)
def receipt() -> ResponseReturnValue:
    """The message's unguessable id is the proof: a worker has no form of ours to send."""
    try:
        found = parse_id(msgspec.json.decode(request.get_data(), type=Receipt).id)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidError("receipt_odd") from error
    if found is not None:
        subscriptions.receive(session(), found, at=at())
    return "", 204


@pages.post("/renewals")
@public
@own_proof
@limit("renewal", times=30, window_s=3600)
def renew() -> ResponseReturnValue:
    """The secret of the address before is the proof: a worker has no form of ours to send."""
    private, renewal = settings().push_allow_private, _sent(subscriptions.Renewal)
    subscriptions.renew(session(), actor().id, renewal, allow_private=private, at=at())
    return "", 204
