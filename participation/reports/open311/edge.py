"""What the pages of the Open311 edge share: how they answer and refuse, and whose key it is."""

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import PathConverter

from participation.reports.open311 import format
from participation.reports.open311.access import key_of
from participation.reports.open311.rules import KeyRow
from services import i18n, media, web
from services.db import reading_session
from services.errors import DomainError, ForbiddenError, InvalidError, TooManyError
from services.web import fault_words, faults
from services.web.limits import Limit, counter
from services.web.request import engine

PREFIX = "/open311/v2"
FORM = '.<any("json", "xml"):form>'
MIME = {"json": "application/json", "xml": "text/xml"}
MOST_PICTURES = 5
BY_KEY = Limit("open311-key", times=1200, window_s=600)
# What a refusal says, by the name of its rule; the fields of the error stand in its places.
WORDS = {
    "not_found": "There is nothing of that name here.",
    "too_many": "That was a lot at once",
    "text_unreadable": "The text holds characters that cannot be stored.",
    "own_request": "This request was sent out by this city and came back.",
    "field_missing": "%(name)s is missing",
    "field_too_long": "%(name)s may have up to %(most)s characters",
    "place_missing": "Give lat and long, or address_string. We keep no address_id.",
    "place_not_found": "address_string names no single place here. Give lat and long.",
    "media_url_odd": "media_url must be the address of a picture",
    "key_not_valid": "api_key is missing or not valid",
    "key_not_for": "this api_key is not for %(scope)s",
    "key_not_for_kind": "this api_key is not for service_code %(code)s",
    "span_too_long": "start_date and end_date may be at most 90 days apart",
    "after_odd": "after is no place in a list of ours",
    "too_long_ago": "end_date is too long ago",
    "status_odd": "status may be open, closed or both",
    "service_not_found": "service_code was not found",
    "date_odd": "%(name)s is no ISO 8601 date",
    "number_odd": "%(name)s must be a whole number from 1 to %(most)s",
    "degrees_odd": "%(name)s must be a number of degrees",
    "degrees_too_many": "%(name)s must lie within %(most)s degrees",
    "bbox_odd": "bbox is minLat,minLong,maxLat,maxLong",
    "photo_removed": "That picture cannot be shown here. Send another one, or none.",
    **media.WORDS,
}


def answer(value: Any, root: str, form: str, status: int = 200) -> Response:
    """Return `value` in the format that was asked for."""
    kind = MIME[form] + "; charset=utf-8"
    response = Response(format.written(value, root, form), status, content_type=kind)
    response.headers["Content-Language"] = language()
    response.vary.add("Accept-Language")
    return response


def refused(error: DomainError) -> ResponseReturnValue:
    """Answer in the standard's own shape: what is no fault of the request as it is, else 400."""
    status = error.status if error.status in (403, 404, 429, 503) else 400
    said = WORDS.get(error.code, error.code)
    response = _fault(status, i18n.translate(language(), said, **error.fields))
    return faults.in_time(response, error)


def broken(error: HTTPException) -> ResponseReturnValue:
    status = 400 if (error.code or 500) < 500 else 500
    said, _ = fault_words.WORDS.get(error.code or status, fault_words.WORDS[status])
    return _fault(status, i18n.translate(language(), said))


def _fault(status: int, text: str) -> Response:
    form = "json" if request.path.endswith(".json") else "xml"
    return answer([{"code": status, "description": text}], "errors", form, status)


class Anything(PathConverter):
    """The rest of an address, whatever it holds; line breaks too."""

    regex = "(?s:.+)"
    part_isolating = False


def in_the_standards_shape(pages: Blueprint) -> Blueprint:
    """Let every refusal of these pages be a list of code and description."""
    pages.record(lambda state: state.app.url_map.converters.update(anything=Anything))
    pages.register_error_handler(DomainError, refused)
    pages.register_error_handler(HTTPException, broken)
    return pages


def given(name: str, most: int = 4000) -> str:
    """Return what was sent under a name, in the body or the query; raises InvalidError."""
    text = request.form.get(name, "") or request.args.get(name, "")
    if len(text := text.strip()) > most:
        raise InvalidError("field_too_long", {"name": name, "most": str(most)})
    return text


def named_pictures() -> tuple[str, ...]:
    """Return the addresses of pictures a call names, the same one once; raises InvalidError."""
    named = [url.strip() for url in request.values.getlist("media_url") if url.strip()]
    for url in named:
        if len(url) > 2000 or not url.isascii() or not url.startswith(("https://", "http://")):
            raise InvalidError("media_url_odd")
    return tuple(dict.fromkeys(named))[:MOST_PICTURES]


def key_for(scope: str, category: str | None = None) -> KeyRow:
    """Return the key a call carries, before it takes the writer's turn; raises ForbiddenError."""
    key = shown_key()
    if key is None:
        raise ForbiddenError("key_not_valid")
    if not key.may(scope):
        raise ForbiddenError("key_not_for", {"scope": scope})
    if not key.may(scope, category):
        raise ForbiddenError("key_not_for_kind", {"code": category or ""})
    return key


def shown_key() -> KeyRow | None:
    """Return the key of a call, None where it shows none that is valid; its uses are counted."""
    text = given("api_key")
    with reading_session(engine()) as session:
        key = key_of(session, text) if text else None
    if key is None:
        return None
    uses = counter().count(f"{BY_KEY.name}:{key.id}", BY_KEY.window_s)
    if uses.times > BY_KEY.allowed(web.settings().mode):
        raise TooManyError(retry_after_s=uses.ends_in_s)
    return key


def language() -> str:
    """Return the language to answer in: `lang` in the call, else what its headers choose."""
    try:
        lang = request.values.get("lang", "")
    except HTTPException:
        # A body that cannot be read, being too large, is refused in the language of the address.
        lang = request.args.get("lang", "")
    return lang if lang in i18n.LANGUAGES else web.actor().lang
