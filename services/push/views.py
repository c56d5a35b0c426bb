"""What a browser says to us about notifications."""

from typing import cast

import msgspec
from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from services.auth.gates import public, signed_in
from services.errors import InvalidError, NotFoundError
from services.ids import parse_id
from services.push import subscriptions
from services.push.messages import Notice, enqueue
from services.push.models import PushSubscription
from services.push.sender import Sender
from services.web import limit
from services.web.request import actor, at, session, settings
from services.web.safety import own_proof

pages = Blueprint("push", __name__, url_prefix="/push")
TEST = Notice("마당 · Madang", "알림이 잘 와요. It works.", "/me/notifications", "test", "prompt")


class Receipt(msgspec.Struct):
    id: str


@pages.get("/key")
@public
def key() -> ResponseReturnValue:
    return {"key": cast(Sender, current_app.extensions["push"]).vapid.public_key()}


@pages.post("/subscriptions")
@signed_in
@limit("push", times=30, window_s=3600)
def subscribe() -> ResponseReturnValue:
    person_id = actor().id
    try:
        offer = msgspec.json.decode(request.get_data(), type=subscriptions.Offer)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidError("subscription_odd") from error
    if person_id is None:
        raise NotFoundError
    private = settings().push_allow_private
    made = subscriptions.subscribe(session(), person_id, offer, allow_private=private, at=at())
    return {"id": str(made)}, 201


@pages.post("/subscriptions/<key_text>/test")
@signed_in
@limit("push-test", times=10, window_s=600)
def test(key_text: str) -> ResponseReturnValue:
    own = _own(key_text)
    enqueue(session(), [own.person_id], TEST, at=at())
    return {"sent": True}, 202


@pages.delete("/subscriptions/<key_text>")
@signed_in
def unsubscribe(key_text: str) -> ResponseReturnValue:
    own = _own(key_text)
    subscriptions.unsubscribe(session(), own.person_id, own.id, at=at())
    return "", 204


def _own(text: str) -> PushSubscription:
    found, person_id = parse_id(text), actor().id
    if found is None or person_id is None:
        raise NotFoundError
    return subscriptions.own(session(), person_id, found)


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
