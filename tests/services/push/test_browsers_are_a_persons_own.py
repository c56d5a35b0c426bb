"""A person's browsers: added by them alone, listed, tested, renewed, removed, proven."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from services import clock
from services.auth import Actor
from services.db import reading_session, unit_of_work
from services.outbound import AddressError
from services.push import PushMessage, PushSubscription, subscriptions, subscriptions_of
from services.push.messages import prune
from tests.conftest import AT
from tests.pages import Pages
from tests.people import JUN, MINJI
from tests.pushservice import PushService, b64

Visit = Callable[[Actor | None], Pages]


def ask(pages: Pages, path: str, what: Any = None, method: str = "POST") -> TestResponse:
    """Ask as the page's script does."""
    if not pages.token:
        pages.get("/sign-in")
    headers = {"X-CSRF-Token": pages.token, "Accept": "application/json"}
    return pages.client.open(f"/push{path}", method=method, json=what, headers=headers)


def offer(service: PushService) -> dict[str, Any]:
    return service.subscribe().offer()


def rows(engine: sa.Engine) -> list[PushSubscription]:
    with reading_session(engine) as session:
        return list(session.scalars(sa.select(PushSubscription)))


def test_one_is_added_listed_and_removed_without_script(
    visit: Visit, service: PushService, engine: sa.Engine
) -> None:
    minji = visit(MINJI)
    made = ask(minji, "/subscriptions", offer(service))
    assert made.status_code == 201
    page = minji.get("/me/notifications")
    assert "Chrome · Linux" in page
    key = made.get_json()["id"]
    minji.post(f"/push/subscriptions/{key}/test")
    assert [row.state for row in messages(engine)] == ["waiting"]
    minji.post(f"/push/subscriptions/{key}/remove")
    assert rows(engine) == []


def messages(engine: sa.Engine) -> list[PushMessage]:
    with reading_session(engine) as session:
        return list(session.scalars(sa.select(PushMessage)))


def test_it_follows_whoever_signs_in_there_and_is_never_two_peoples(
    visit: Visit, service: PushService, engine: sa.Engine
) -> None:
    same = offer(service)
    ask(visit(MINJI), "/subscriptions", same)
    ask(visit(JUN), "/subscriptions", same)
    assert [row.person_id for row in rows(engine)] == [JUN.id]


def test_anothers_browser_and_anothers_message_are_not_there(
    visit: Visit, service: PushService, engine: sa.Engine
) -> None:
    minji, jun = visit(MINJI), visit(JUN)
    key = ask(minji, "/subscriptions", offer(service)).get_json()["id"]
    sent = ask(minji, f"/subscriptions/{key}/test").get_json()["message"]
    assert ask(minji, f"/messages/{sent}", method="GET").get_json()["state"] == "waiting"
    for path, method in (
        (f"/subscriptions/{key}/test", "POST"),
        (f"/subscriptions/{key}/remove", "POST"),
        (f"/subscriptions/{key}", "DELETE"),
        (f"/messages/{sent}", "GET"),
    ):
        assert ask(jun, path, method=method).status_code == 404, path
    assert len(rows(engine)) == 1


def test_a_stranger_and_a_forged_form_are_refused(visit: Visit, service: PushService) -> None:
    assert ask(visit(None), "/subscriptions", offer(service)).status_code == 401
    minji = visit(MINJI)
    answer = minji.client.post("/push/subscriptions", json=offer(service))
    assert answer.status_code == 400


def odd_offers() -> list[Any]:
    good = {"p256dh": b64(b"\x04" + bytes(64)), "auth": b64(bytes(16))}
    return [
        None,
        [],
        {"endpoint": "https://push.example/x"},
        {"endpoint": "https://push.example/x", "keys": {"p256dh": "", "auth": ""}},
        {"endpoint": "https://push.example/x", "keys": good},  # no point of the curve
        {"endpoint": "https://push.example/" + "x" * 1000, "keys": good},
        {"endpoint": 7, "keys": good},
    ]


@pytest.mark.parametrize("odd", odd_offers())
def test_an_odd_offer_is_refused_with_a_reason(odd: Any, visit: Visit, engine: sa.Engine) -> None:
    answer = ask(visit(MINJI), "/subscriptions", odd)
    assert answer.status_code == 422
    assert answer.get_json()["type"].startswith("urn:madang:")
    assert rows(engine) == []


@pytest.mark.parametrize(
    "endpoint", ["https://127.0.0.1/x", "http://169.254.169.254/latest", "https://[::1]/x"]
)
def test_an_inner_address_is_refused_where_the_escape_is_off(
    endpoint: str, service: PushService, session: Any
) -> None:
    keys = offer(service)["keys"]
    made = subscriptions.Offer(endpoint, subscriptions.Keys(**keys))
    with pytest.raises(AddressError):
        subscriptions.subscribe(session, MINJI.id, made, allow_private=False, at=AT)


def test_a_receipt_proves_the_browser_also_when_it_overtakes_the_push_service(
    visit: Visit, service: PushService, app: Flask, engine: sa.Engine
) -> None:
    minji = visit(MINJI)
    key = ask(minji, "/subscriptions", offer(service)).get_json()["id"]
    ask(minji, f"/subscriptions/{key}/test")
    worker = app.test_client()
    overtaken = []

    def show_at_once(message: Any) -> None:
        overtaken.append(worker.post("/push/receipts", json={"id": message.plain["id"]}))

    service.deliver = show_at_once
    assert app.extensions["push"].send_due(clock.now()) == 1
    assert [answer.status_code for answer in overtaken] == [204]
    assert [row.state for row in messages(engine)] == ["shown"]
    with reading_session(engine) as session:
        [browser] = subscriptions_of(session, UUID(str(MINJI.id)))
    assert browser.works(clock.now())
    assert not browser.works(clock.now() + timedelta(days=8))
    app.extensions["push"].close()


@pytest.mark.parametrize("text", [b"", b"[]", b'{"id": 7}', b"\xff", b'{"id": "x"}'])
def test_a_receipt_for_nothing_changes_nothing(text: bytes, app: Flask) -> None:
    answer = app.test_client().post("/push/receipts", data=text)
    assert answer.status_code in (204, 422)
    unknown = json.dumps({"id": str(uuid4())})
    assert app.test_client().post("/push/receipts", data=unknown).status_code == 204


def test_a_new_address_takes_the_old_ones_place_on_proof_alone(
    visit: Visit, service: PushService, app: Flask, engine: sa.Engine
) -> None:
    old, fresh = offer(service), offer(service)
    ask(visit(MINJI), "/subscriptions", old)
    worker = app.test_client()
    forged = old | {"keys": old["keys"] | {"auth": b64(bytes(16))}}
    refused = worker.post("/push/renewals", json={"old": forged, "fresh": fresh})
    assert refused.status_code == 404
    assert [row.endpoint for row in rows(engine)] == [old["endpoint"]]
    taken = worker.post("/push/renewals", json={"old": old, "fresh": fresh})
    assert taken.status_code == 204
    assert [(row.endpoint, row.person_id) for row in rows(engine)] == [
        (fresh["endpoint"], MINJI.id)
    ]
    assert worker.post("/push/renewals", data=b"[]").status_code == 422


def test_a_worker_renews_for_nobody_but_who_is_signed_in_there(
    visit: Visit, service: PushService, engine: sa.Engine
) -> None:
    old, fresh = offer(service), offer(service)
    minji, jun = visit(MINJI), visit(JUN)
    ask(minji, "/subscriptions", old)
    renewal = {"old": old, "fresh": fresh}
    assert jun.client.post("/push/renewals", json=renewal).status_code == 404
    assert [row.endpoint for row in rows(engine)] == [old["endpoint"]]
    assert minji.client.post("/push/renewals", json=renewal).status_code == 204
    assert [row.endpoint for row in rows(engine)] == [fresh["endpoint"]]


def test_what_a_browser_says_of_itself_takes_the_place_of_what_it_said(
    visit: Visit, service: PushService, engine: sa.Engine
) -> None:
    old, fresh = offer(service), offer(service) | {"label": "Edge · Windows"}
    minji = visit(MINJI)
    key = ask(minji, "/subscriptions", old).get_json()["id"]
    assert ask(minji, f"/subscriptions/{key}/refresh", fresh).status_code == 204
    assert [(str(row.id), row.endpoint, row.label) for row in rows(engine)] == [
        (key, fresh["endpoint"], "Edge · Windows")
    ]
    assert ask(minji, f"/subscriptions/{key}/refresh", []).status_code == 422
    assert ask(visit(None), f"/subscriptions/{key}/refresh", fresh).status_code == 401


def test_a_page_tells_sign_ins_apart_and_not_whose_they_are(visit: Visit) -> None:
    def mark(pages: Pages) -> list[str]:
        return re.findall(r'<html[^>]* data-sign-in="([^"]*)"', pages.get("/"))

    first, again = visit(MINJI), visit(MINJI)
    assert mark(first) == mark(first) != mark(again)
    assert all(len(one) == 16 for one in mark(first) + mark(again))
    assert mark(visit(None)) == []


def test_what_ended_a_week_ago_is_forgotten(
    engine: sa.Engine, browser: Any, sender: Any, tell: Callable[[], None]
) -> None:
    tell()
    sender.send_due(AT)
    tell()
    with unit_of_work(engine) as session:
        prune(session, AT + timedelta(days=6))
    assert len(messages(engine)) == 2
    with unit_of_work(engine) as session:
        prune(session, AT + timedelta(days=8))
    assert [row.state for row in messages(engine)] == ["waiting"]


def test_the_pruning_is_a_job_of_the_city(app: Flask) -> None:
    assert "push.prune" in [job.name for job in app.extensions["registry"].jobs]


def test_an_erased_person_has_no_browser_left(
    visit: Visit, service: PushService, engine: sa.Engine
) -> None:
    minji = visit(MINJI)
    key = ask(minji, "/subscriptions", offer(service)).get_json()["id"]
    ask(minji, f"/subscriptions/{key}/test")
    minji.get("/me/erase")
    minji.post("/me/erase")
    assert (rows(engine), messages(engine)) == ([], [])
