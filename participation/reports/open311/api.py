"""Open311 GeoReport v2 for other systems: what we take, what was told, and telling it."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from participation.reports.access import report_for
from participation.reports.open311 import actions, format, paging, queries
from participation.reports.open311.actions import OutsideReport
from participation.reports.open311.edge import (
    FORM,
    MIME,
    PREFIX,
    answer,
    given,
    in_the_standards_shape,
    key_for,
    language,
    named_pictures,
    shown_key,
)
from participation.reports.open311.rules import READ_UPDATES, WRITE
from participation.reports.rules import MOST_PHOTOS, Category
from services import maps, media, web
from services.auth import STRANGER
from services.auth.gates import public
from services.db import reading_session
from services.errors import InvalidError, NotFoundError
from services.web.request import engine
from services.web.safety import own_proof

pages = in_the_standards_shape(Blueprint("open311", __name__, url_prefix=PREFIX))
CHANGED = "2026-11-25T00:00:00Z"


@pages.get("/discovery" + FORM)
@public
def discovery(form: str) -> ResponseReturnValue:
    response = answer(_discovered(), "discovery", form)
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
    told = [format.service(kind, language()) for kind in Category]
    return answer(told, "services", form)


@pages.get("/services/<code>" + FORM)
@public
def definition(code: str, form: str) -> ResponseReturnValue:
    told = format.definition(format.category(code), language())
    return answer(told, "service_definition", form)


@pages.get("/requests" + FORM)
@public
def listing(form: str) -> ResponseReturnValue:
    """Return requests; a page says in its Link header where the next begins."""
    asked = format.asked_of(format.joined(request.args.lists()), web.at())
    found = _found(paging.begun(asked))
    return paging.led_on(answer(found.rows, "service_requests", form), asked, found.last)


def _found(asked: format.Asked) -> queries.Listed:
    more, key = request.args.get("extensions", "") == "true", None
    if more and request.args.get("api_key"):
        key = shown_key()
    own = key.id if key is not None and key.may(READ_UPDATES) else None
    reader = queries.Reader(web.settings().base_url, language(), more, own)
    return queries.requests_of(web.session(), asked, reader)


@pages.get("/requests/<report_id>" + FORM)
@public
def one(report_id: str, form: str) -> ResponseReturnValue:
    report = report_for(web.session(), STRANGER, report_id)
    return answer(_found(format.Asked(ids=(report.id,))).rows, "service_requests", form)


@pages.get("/tokens/<token>" + FORM)
@public
def token(token: str, form: str) -> ResponseReturnValue:
    """Our posts are answered with the id at once, so that a token is the id itself."""
    told = {"service_request_id": str(report_for(web.session(), STRANGER, token).id)}
    return answer([told | {"token": token}], "service_requests", form)


@pages.post("/requests" + FORM)
@own_proof
@public
@web.limit("open311", times=1200, window_s=600)
@web.takes_files(web.PICTURES)
def create(form: str) -> ResponseReturnValue:
    """Take a report from another system; its key is the proof, so no form's token is asked."""
    key = key_for(WRITE, given("service_code", 80) or None)
    new = _new_report()
    report_id = actions.open_report_for(web.session(), STRANGER, key, new, at=web.at())
    told = {"service_request_id": str(report_id), "service_notice": None, "account_id": None}
    return answer([told], "service_requests", form)


def _new_report() -> OutsideReport:
    """Return what was posted. Names, addresses and numbers of people are not read at all."""
    if not (code := given("service_code", 80)):
        raise InvalidError("field_missing", {"name": "service_code"})
    kind = format.category(code)
    # The standard lets a system say no more than what kind of trouble it is, and where.
    text = given("description") or format.names(web.settings().language)[kind.value]
    lat, lon, place = _place()
    return OutsideReport(
        category=kind,
        text=text,
        lat=lat,
        lon=lon,
        place=place,
        answer=given(f"attribute[{format.DETAIL}]", 500),
        photos=media.accept_uploads(_sent_pictures(), MOST_PHOTOS),
        pictures=named_pictures(),
        idempotency_key=request.headers.get("Idempotency-Key", "").strip()[:200],
        device=" ".join(filter(None, (given("account_id", 200), given("device_id", 200)))),
    )


def _place() -> tuple[float, float, str]:
    """Return (latitude, longitude, address); an address alone is looked up."""
    place = given("address_string", 200)
    if (lat := given("lat")) and (lon := given("long")):
        return format.degrees(lat, 85, "lat"), format.degrees(lon, 180, "long"), place
    if not place:
        raise InvalidError("place_missing")
    with reading_session(engine()) as session:
        found = maps.search(session, place)
    if len(found) != 1:
        raise InvalidError("place_not_found")
    return found[0].lat, found[0].lon, place


def _sent_pictures() -> list[FileStorage]:
    """Return the pictures in the body: as `media`, or `photo1` to `photo3` as FixMyStreet does."""
    numbered = [f"photo{number}" for number in range(1, MOST_PHOTOS + 1)]
    return [one for name in ("media", *numbered) for one in request.files.getlist(name)]


@pages.route("/<anything:_rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@own_proof
@public
@web.limit("open311", times=1200, window_s=600)
def nothing(_rest: str) -> Response:
    """Say that there is no such call. It does nothing, so that no proof is asked."""
    raise NotFoundError
