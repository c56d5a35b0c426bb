"""Open311 GeoReport v2 for other systems, and the console page of their keys."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import requests
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException

from participation.reports import actions_open311, keys, open311, queries_open311
from participation.reports.access import report_for
from participation.reports.actions_open311 import OutsideReport
from participation.reports.rules import Category
from services import maps, media, web
from services.auth import STRANGER
from services.auth.gates import public, role
from services.db import reading_session
from services.errors import (
    DomainError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TooManyError,
)
from services.outbound import GuardedSession
from services.web.limits import Limit, counter
from services.web.request import engine
from services.web.safety import own_proof

pages = Blueprint("open311", __name__, url_prefix="/open311/v2")
console = Blueprint("open311_console", __name__, url_prefix="/console/open311")
FORM = '.<any("json", "xml"):form>'
MIME = {"json": "application/json", "xml": "text/xml"}
BY_KEY = Limit("open311-key", times=1200, window_s=600)
LARGEST_PICTURE = 20 * 1024 * 1024
CHANGED = "2026-11-24T00:00:00Z"
WORDS = {
    "not_found": "There is nothing of that name here.",
    "too_many": "That was a lot at once. Wait, then go on.",
    "text_unreadable": "The text holds characters that cannot be stored.",
    "address_refused": "media_url must be https and lead to a public host.",
    "address_unresolved": "The host of media_url has no address.",
    "answer_too_large": "The picture behind media_url is too large.",
    **media.WORDS,
}


def _answer(value: Any, root: str, form: str, status: int = 200) -> Response:
    kind = MIME[form] + "; charset=utf-8"
    return Response(open311.written(value, root, form), status, content_type=kind)


@pages.errorhandler(DomainError)
def refused(error: DomainError) -> ResponseReturnValue:
    """Answer in the standard's own shape: 404, 403 and 429 as they are, all else 400."""
    status = error.status if error.status in (403, 404, 429) else 400
    response = _fault(status, WORDS.get(error.code, error.code))
    if isinstance(error, TooManyError):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


@pages.errorhandler(HTTPException)
def broken(error: HTTPException) -> ResponseReturnValue:
    return _fault(400 if (error.code or 500) < 500 else 500, error.name)


def _fault(status: int, text: str) -> Response:
    form = "json" if request.path.endswith(".json") else "xml"
    return _answer([{"code": status, "description": text}], "errors", form, status)


@pages.get("/discovery" + FORM)
@public
def discovery(form: str) -> ResponseReturnValue:
    response = _answer(_discovered(), "discovery", form)
    # The standard's validator wants the bare type here, and nowhere else.
    response.headers["Content-Type"] = MIME[form]
    return response


def _discovered() -> dict[str, object]:
    base = web.settings().base_url
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": f"{base}/open311/v2",
        "changeset": CHANGED,
        "type": "production" if web.settings().mode == "production" else "test",
        "formats": ["text/xml", "application/json"],
    }
    return {
        "changeset": CHANGED,
        "contact": f"Write to the city through {base}/",
        "key_service": f"The city's operators give keys at {base}/console/open311",
        "endpoints": [endpoint],
    }


@pages.get("/services" + FORM)
@public
def services(form: str) -> ResponseReturnValue:
    return _answer([open311.service(kind) for kind in Category], "services", form)


@pages.get("/services/<code>" + FORM)
@public
def definition(code: str, form: str) -> ResponseReturnValue:
    told = open311.definition(open311.category(code))
    return _answer(told, "service_definition", form)


@pages.get("/requests" + FORM)
@public
def listing(form: str) -> ResponseReturnValue:
    asked = open311.asked_of(request.args, web.at())
    more = request.args.get("extensions", "") == "true"
    base = web.settings().base_url
    found = queries_open311.requests_of(web.session(), asked, base, more=more)
    return _answer(found, "service_requests", form)


@pages.get("/requests/<report_id>" + FORM)
@public
def one(report_id: str, form: str) -> ResponseReturnValue:
    report = report_for(web.session(), STRANGER, report_id)
    asked, base = open311.Asked(ids=(report.id,)), web.settings().base_url
    more = request.args.get("extensions", "") == "true"
    found = queries_open311.requests_of(web.session(), asked, base, more=more)
    return _answer(found, "service_requests", form)


@pages.get("/tokens/<token>" + FORM)
@public
def token(token: str, form: str) -> ResponseReturnValue:
    """Our posts are answered with the id at once, so that a token is the id itself."""
    told = {"service_request_id": str(report_for(web.session(), STRANGER, token).id)}
    return _answer([told | {"token": token}], "service_requests", form)


@pages.post("/requests" + FORM)
@own_proof
@public
@web.limit("open311", times=1200, window_s=600)
def create(form: str) -> ResponseReturnValue:
    """Take a report from another system; its key is the proof, so no form's token is asked."""
    key = _key()
    new = _new_report()
    report_id = actions_open311.open_report_for(web.session(), STRANGER, key, new, at=web.at())
    told = {"service_request_id": str(report_id), "service_notice": None, "account_id": None}
    return _answer([told], "service_requests", form)


def _key() -> keys.KeyRow:
    """Return the key a write carries, before it takes the writer's turn; ForbiddenError else."""
    text = _given("api_key")
    with reading_session(engine()) as session:
        key = keys.key_of(session, text) if text else None
    if key is None:
        raise ForbiddenError("api_key is missing or not valid")
    uses = counter().count(f"{BY_KEY.name}:{key.id}", BY_KEY.window_s)
    if uses.times > BY_KEY.allowed(web.settings().mode):
        raise TooManyError(retry_after_s=uses.ends_in_s)
    return key


def _given(name: str, most: int = 4000) -> str:
    text = request.form.get(name, "") or request.args.get(name, "")
    if len(text := text.strip()) > most:
        raise InvalidError(f"{name} may have up to {most} characters")
    return text


def _new_report() -> OutsideReport:
    """Return what was posted. Names, addresses and numbers of people are not read at all."""
    if not (code := _given("service_code", 80)):
        raise InvalidError("service_code is missing")
    kind, text = open311.category(code), _given("description")
    if not text:
        raise InvalidError("description is missing")
    lat, lon, place = _place()
    return OutsideReport(
        category=kind,
        text=text,
        lat=lat,
        lon=lon,
        place=place,
        answer=_given(f"attribute[{open311.DETAIL}]", 500),
        photo_hash=_picture(),
        idempotency_key=request.headers.get("Idempotency-Key", "").strip()[:200],
        device=" ".join(filter(None, (_given("account_id", 200), _given("device_id", 200)))),
    )


def _place() -> tuple[float, float, str]:
    """Return (latitude, longitude, address); an address alone is looked up."""
    place = _given("address_string", 200)
    if (lat := _given("lat")) and (lon := _given("long")):
        return open311.degrees(lat, 85, "lat"), open311.degrees(lon, 180, "long"), place
    if not place:
        raise InvalidError("Give lat and long, or address_string. We keep no address_id.")
    with reading_session(engine()) as session:
        found = maps.search(session, place)
    if len(found) != 1:
        raise InvalidError("address_string names no single place here. Give lat and long.")
    return found[0].lat, found[0].lon, place


def _picture() -> str | None:
    """Return the hash of the picture sent as `media`, or fetched from `media_url`."""
    if (upload := request.files.get("media")) is not None:
        return media.accept_upload(upload)
    if not (url := _given("media_url", 2000)):
        return None
    private = web.settings().push_allow_private
    with GuardedSession(allow_private=private, largest=LARGEST_PICTURE) as client:
        try:
            answer = client.get(url)
        except requests.RequestException as error:
            raise InvalidError("media_url could not be fetched") from error
    if answer.status_code != 200:
        raise InvalidError("media_url could not be fetched")
    return media.accept_upload(FileStorage(BytesIO(answer.content), filename="picture"))


@pages.get("/servicerequestupdates" + FORM)
@public
def updates(form: str) -> ResponseReturnValue:
    asked = open311.asked_of(request.args, web.at())
    found = queries_open311.updates_of(web.session(), asked)
    return _answer(found, "service_request_updates", form)


@pages.post("/servicerequestupdates" + FORM)
@own_proof
@public
@web.limit("open311", times=1200, window_s=600)
def add_update(form: str) -> ResponseReturnValue:
    """Take a word of another system for our staff; its key is the proof."""
    key = _key()
    told = _given("update_id", 200), _given("description")
    if not told[1]:
        raise InvalidError("description is missing")
    session = web.session()
    report = report_for(session, STRANGER, _given("service_request_id", 80))
    kept = actions_open311.note_from(session, STRANGER, key, report, told, at=web.at())
    return _answer([{"update_id": str(kept)}], "service_request_updates", form)


@pages.get("/<path:_rest>")
@public
def nothing(_rest: str) -> ResponseReturnValue:
    raise NotFoundError


operator: Callable[[Any], Any] = role("operator")


@console.get("")
@operator
def key_list() -> ResponseReturnValue:
    return _key_page("")


def _key_page(token: str) -> str:
    known = keys.all_keys(web.session())
    return render_template("console/open311_keys.html", keys=known, token=token)


@console.post("")
@operator
@web.limit("open311-keys", times=30, window_s=3600)
def issue() -> ResponseReturnValue:
    name = request.form.get("name", "")
    token = actions_open311.issue_key(web.session(), web.actor(), name, at=web.at())
    return Response(_key_page(token), headers={"Cache-Control": "no-store"})


@console.post("/<key_id>/revoke")
@operator
@web.limit("open311-keys", times=30, window_s=3600)
def revoke(key_id: str) -> ResponseReturnValue:
    actions_open311.revoke_key(web.session(), web.actor(), key_id, at=web.at())
    return redirect(url_for("open311_console.key_list"), 303)
