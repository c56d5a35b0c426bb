"""The console page of other bodies: where they listen, what goes to them, how it goes."""

from collections.abc import Callable
from typing import Any

import msgspec
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports.forwarding import (
    actions,
    actions_words,
    matching,
    queries,
    queries_unheard,
)
from participation.reports.forwarding.actions import BodyInput, OnwardInput
from participation.reports.forwarding.client import LARGEST, Client, Endpoint
from participation.reports.forwarding.reading import Row, TroubleError, text
from participation.reports.rules import LABELS, Category
from services import outbound, web
from services.auth.gates import role
from services.db import reading_session
from services.errors import InvalidError, RefusedError
from services.ids import parse_id
from services.web.request import engine

pages = Blueprint("reports_bodies", __name__, url_prefix="/console/bodies")
operator: Callable[[Any], Any] = role("operator")
LIMIT = web.limit("outside-bodies", times=120, window_s=3600)


@pages.get("")
@operator
def body_list() -> ResponseReturnValue:
    return _page()


def _page(refusal: web.Refusal | None = None) -> str:
    session, named = web.session(), request.view_args or {}
    return render_template(
        "console/bodies.html",
        bodies=queries.bodies(session),
        underway=queries_unheard.underway(session),
        unheard=queries_unheard.unheard(session, web.at()),
        skipped=queries_unheard.skipped(session, web.at()),
        shown=queries_unheard.SHOWN,
        categories=LABELS,
        routing_bodies=matching.routing_bodies(session),
        refusal=refusal,
        refused_at=named.get("body_id") or named.get("word_id"),
        done=request.args.get("done", ""),
    )


def _back(done: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("reports_bodies.body_list", done=done), 303)


@pages.post("")
@operator
@LIMIT
@web.drawn_on(_page, InvalidError, RefusedError)
def keep() -> ResponseReturnValue:
    sent, settings = request.form, web.settings()
    told = BodyInput(
        name=sent.get("name", ""),
        url=sent.get("url", "").strip(),
        jurisdiction_id=sent.get("jurisdiction_id", ""),
        api_key=sent.get("api_key", ""),
        wants_contact=sent.get("wants_contact") == "yes",
        takes_photos=sent.get("takes_photos") == "yes",
        body_id=parse_id(sent.get("body", "")),
    )
    _checked(told.url)
    actions.keep_body(web.session(), web.actor(), told, settings.base_url, at=web.at())
    return _back()


def _checked(url: str) -> None:
    """Raise InvalidError at its field for an address that leads where we never go."""
    try:
        outbound.checked(url, allow_private=web.settings().push_allow_private)
    except (outbound.AddressError, outbound.UnresolvedError) as error:
        raise InvalidError("url_odd", {"url": error.code}) from error


@pages.post("/<body_id>/pause")
@operator
@LIMIT
def pause(body_id: str) -> ResponseReturnValue:
    session, paused = web.session(), request.form.get("paused") == "yes"
    body = queries.body_for(session, body_id)
    actions.pause_body(session, web.actor(), body, paused=paused, at=web.at())
    return _back()


@pages.post("/<body_id>/rules")
@operator
@LIMIT
@web.drawn_on(_page, InvalidError)
def add_onward(body_id: str) -> ResponseReturnValue:
    session, sent = web.session(), request.form
    if (code := sent.get("category", "")) not in set(Category):
        raise InvalidError("rule_invalid", {"category": "unknown"})
    told = OnwardInput(Category(code), sent.get("service_code", ""), _box(sent.get("box", "")))
    body = queries.body_for(session, body_id)
    actions.add_onward(session, web.actor(), body, told, at=web.at())
    return _back()


def _box(typed: str) -> tuple[float, float, float, float] | None:
    """Return (west, south, east, north) of "south,west,north,east"; None for nothing typed."""
    if not typed.strip():
        return None
    try:
        south, west, north, east = (float(part) for part in typed.split(","))
    except ValueError as error:
        raise InvalidError("box_unreadable", {"box": "unreadable"}) from error
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
        raise InvalidError("box_unreadable", {"box": "unreadable"})
    return west, south, east, north


@pages.post("/rules/<rule_id>/remove")
@operator
@LIMIT
def remove_onward(rule_id: str) -> ResponseReturnValue:
    actions.remove_onward(web.session(), web.actor(), rule_id, at=web.at())
    return _back()


@pages.post("/underway/<forwarding_id>/again")
@operator
@LIMIT
def again(forwarding_id: str) -> ResponseReturnValue:
    actions.try_again(web.session(), web.actor(), forwarding_id, at=web.at())
    return _back()


@pages.post("/words/<word_id>/again")
@operator
@LIMIT
@web.drawn_on(_page, RefusedError)
def tell_again(word_id: str) -> ResponseReturnValue:
    actions_words.tell_again(web.session(), web.actor(), word_id, at=web.at())
    return _back("now")


@pages.post("/words/<word_id>/skip")
@operator
@LIMIT
@web.drawn_on(_page, InvalidError, RefusedError)
def skip_word(word_id: str) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    actions_words.skip_word(web.session(), web.actor(), word_id, reason, at=web.at())
    return _back("skipped")


@pages.post("/words/<word_id>/unskip")
@operator
@LIMIT
@web.drawn_on(_page, RefusedError)
def withdraw_skip(word_id: str) -> ResponseReturnValue:
    actions_words.withdraw_skip(web.session(), web.actor(), word_id, at=web.at())
    return _back("back")


@pages.post("/<body_id>/test")
@operator
@web.limit("outside-body-test", times=30, window_s=3600)
def test(body_id: str) -> ResponseReturnValue:
    """Read what the body says of itself, and note what is wrong before a report waits for it."""
    with reading_session(engine()) as session:
        where = queries.endpoint_of(queries.body_for(session, body_id))
        codes = queries.codes_of(session, body_id)
    trouble, form = _examined(where, codes)
    session = web.session()
    body = queries.body_for(session, body_id)
    actions.note_health(session, web.actor(), body, trouble, form, at=web.at())
    return _back()


def _examined(where: Endpoint, codes: list[str]) -> tuple[str, str]:
    """Return (what is wrong, "" if nothing; the format the body speaks)."""
    private = web.settings().push_allow_private
    with outbound.GuardedSession(allow_private=private, largest=LARGEST) as session:
        # XML is what the standard demands of everyone; a few speak JSON alone.
        found = {
            form: _trouble(Client(session, msgspec.structs.replace(where, form=form)), codes)
            for form in ("xml", "json")
        }
    speaks_json_alone = _no_open311(found["xml"]) and not _no_open311(found["json"])
    form = "json" if speaks_json_alone else "xml"
    return found[form], form


def _no_open311(trouble: str) -> bool:
    return trouble.partition(":")[0] in ("refused", "unreadable", "not_open311")


def _trouble(client: Client, codes: list[str]) -> str:
    """Return the code of what is wrong, and after a colon what of it; "" if all is well."""
    try:
        if _is_us(client):
            return "own_server: "
        told = _services(client)
        known = [code for code in told if code]
        if not known:
            return "not_open311: "
        if missing := [code for code in codes if code not in known]:
            return f"no_service: {', '.join(missing)} ({', '.join(known)[:200]})"
        asking = [c for c in codes if text(told[c], "metadata").lower() == "true"]
        asked = {code: client.needed(code) for code in asking}
        wanted = [f"{code}: {', '.join(names)}" for code, names in asked.items() if names]
        return f"asks_more: {'; '.join(wanted)}" if wanted else ""
    except TroubleError as trouble:
        return f"{trouble.code}: {trouble.said}"


def _services(client: Client) -> dict[str, Row]:
    """Return what the body offers, by its code; nothing where no list of services is."""
    try:
        return {text(row, "service_code"): row for row in client.services()}
    except TroubleError as trouble:
        if trouble.fate != "refused":
            raise
        return {}


def _is_us(client: Client) -> bool:
    """Say whether the discovery document leads back to this city; many bodies have none."""
    try:
        endpoints = client.discovery().get("endpoints") or []
    except TroubleError as trouble:
        if trouble.fate == "refused" or trouble.code == "unreadable":
            return False
        raise
    listed = endpoints if isinstance(endpoints, list) else [endpoints]
    base = web.settings().base_url
    return any(queries.is_own(text(one, "url"), base) for one in listed)
