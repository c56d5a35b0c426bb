"""Updates of requests both ways, as FixMyStreet speaks them (open311-adapter's extension)."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from participation.reports.access import report_for
from participation.reports.open311 import format, paging, queries_updates
from participation.reports.open311.actions_follow import Followed, Heard, hear_update
from participation.reports.open311.edge import (
    FORM,
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
from services import i18n, web
from services.auth import STRANGER
from services.auth.gates import public
from services.db import reading_session
from services.errors import ForbiddenError, InvalidError
from services.web.request import engine
from services.web.safety import own_proof

KEPT = "Kept as a note for the city's staff; its status stays as it was."
pages = in_the_standards_shape(Blueprint("open311_updates", __name__, url_prefix=PREFIX))


@pages.get("/servicerequestupdates" + FORM)
@public
def updates(form: str) -> ResponseReturnValue:
    """Return the city's answers; a key also shows those to its own reports that are not public.

    A page says in its Link header where the next begins.
    """
    asked = format.asked_of(format.joined(request.args.lists()), web.at())
    key = shown_key()
    if key is not None and not key.may(READ_UPDATES):
        key = None
    own = key.id if key else None
    found = queries_updates.updates_of(web.session(), paging.begun(asked), own)
    return paging.led_on(answer(found.rows, "service_request_updates", form), asked, found.last)


@pages.post("/servicerequestupdates" + FORM)
@own_proof
@public
@web.limit("open311", times=1200, window_s=600)
def add_update(form: str) -> ResponseReturnValue:
    """Take a word of another system; its key is the proof, and says whether it moves anything."""
    key = key_for(WRITE)
    if not (text := given("description")):
        raise InvalidError("field_missing", {"name": "description"})
    text = "\n".join((text, *named_pictures()))[:4000]
    said = Heard(given("update_id", 200), given("status", 80).upper(), text)
    name = given("service_request_id", 80)
    with reading_session(engine()) as session:
        category = report_for(session, STRANGER, name).category
    if not key.may(WRITE, category):
        raise ForbiddenError("key_not_for_kind", {"code": category})
    report = report_for(web.session(), STRANGER, name)
    followed = hear_update(web.session(), STRANGER, key, report, said, at=web.at())
    return answer([_taken(followed)], "service_request_updates", form)


def _taken(followed: Followed) -> dict[str, str | None]:
    return {
        "update_id": str(followed.entry_id),
        "status": format.UPDATE_WORDS[followed.status],
        "service_notice": None if followed.moved else i18n.translate(language(), KEPT),
    }
