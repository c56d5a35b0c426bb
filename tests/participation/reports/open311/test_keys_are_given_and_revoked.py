"""An operator gives a key, sees it once, renews it and ends it; nobody else may."""

import json
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from participation.reports.models import Report
from participation.reports.open311 import actions as open311_actions
from participation.reports.open311 import queries_keys
from participation.reports.open311.models import Open311Key
from participation.reports.routing.actions import add_team
from services import audit
from services.db import Session, unit_of_work
from services.tokens import hash_of
from tests.conftest import AT
from tests.pages import Pages
from tests.people import HANA, MINJI, TAEHO


def test_the_table_holds_no_token(key: str, session: Session) -> None:
    row = session.scalars(sa.select(Open311Key)).one()
    assert key not in (row.name, row.token_hash)
    assert row.token_hash == hash_of(key)


def test_a_revoked_key_opens_nothing(
    client: FlaskClient, lamp: dict[str, Any], engine: sa.Engine
) -> None:
    with unit_of_work(engine) as session:
        (row,) = queries_keys.all_keys(session)
        open311_actions.revoke_key(session, HANA, str(row.id), at=AT)
    answer = client.post("/open311/v2/requests.json", data=lamp)
    assert answer.status_code == 403
    assert json.loads(answer.data)[0]["code"] == 403


def test_the_console_page_is_the_operators_alone(visit: Any, key: str) -> None:
    page = visit(HANA).client.get("/console/open311")
    assert page.status_code == 200
    assert b"Next town" in page.data
    assert key.encode() not in page.data
    assert visit(MINJI).client.get("/console/open311").status_code == 403


def test_the_command_prints_a_key_that_works(
    app: Flask, client: FlaskClient, lamp: dict[str, Any]
) -> None:
    made = app.test_cli_runner().invoke(args=["reports", "open311-key", "Desk"])
    assert made.exit_code == 0
    posted = client.post("/open311/v2/requests.json", data=lamp | {"api_key": made.output.strip()})
    assert posted.status_code == 200


def token_on(page: str) -> str:
    return page.split("<code>")[1].split("</code>")[0]


def sent(client: FlaskClient, told: dict[str, Any], key: str, once: str) -> Any:
    told, headers = told | {"api_key": key}, {"Idempotency-Key": once}
    return client.post("/open311/v2/requests.json", data=told, headers=headers)


@pytest.mark.parametrize("revoked", [False, True])
def test_a_renewed_key_is_the_same_system_and_the_old_one_is_dead(
    visit: Any,
    client: FlaskClient,
    lamp: dict[str, Any],
    key: str,
    engine: sa.Engine,
    revoked: bool,
) -> None:
    first = sent(client, lamp, key, "one").json
    number = first[0]["service_request_id"]
    with Session(engine) as session:
        (before,) = queries_keys.all_keys(session)
    desk: Pages = visit(HANA)
    desk.get("/console/open311")
    if revoked:
        desk.post(f"/console/open311/{before.id}/revoke")
        assert sent(client, lamp, key, "one").status_code == 403
    answer = desk.post(f"/console/open311/{before.id}/renew", expect=200)
    new = token_on(answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert new != key
    assert new not in desk.get("/console/open311")
    assert sent(client, lamp, key, "two").status_code == 403
    # What it told before is known again, and its own.
    assert sent(client, lamp, new, "one").json == first
    told = client.get(f"/open311/v2/requests/{number}.json?extensions=true&api_key={new}").json
    assert told[0]["extended_attributes"]["detail"] == lamp["attribute[detail]"]
    with Session(engine) as session:
        (after,) = queries_keys.all_keys(session)
        verbs = [row.verb for row in audit.latest(session) if row.ref == str(before.id)]
        assert session.scalars(sa.select(sa.func.count()).select_from(Report)).one() == 1
    assert (after.id, after.name, after.revoked_at) == (before.id, before.name, None)
    assert (after.scopes, after.categories) == (before.scopes, before.categories)
    assert after.made_at > before.made_at
    assert verbs[0] == "renew_key"
    assert new not in str(verbs)


@pytest.mark.parametrize(
    ("lang", "act"),
    [("ko", "Next town의 키를 새로 만들기"), ("en", "Make a new key for Next town")],
)
def test_the_page_offers_it_for_every_key(
    visit: Any, key: str, engine: sa.Engine, lang: str, act: str
) -> None:
    desk: Pages = visit(HANA)
    desk.client.set_cookie("lang", lang)
    assert desk.get("/console/open311").count(f'aria-label="{act}"') == 1
    with unit_of_work(engine) as session:
        (row,) = queries_keys.all_keys(session)
        open311_actions.revoke_key(session, HANA, str(row.id), at=AT)
    assert desk.get("/console/open311").count(f'aria-label="{act}"') == 1


def test_only_the_operator_renews_a_key_and_only_one_we_gave(
    visit: Any, client: FlaskClient, lamp: dict[str, Any], key: str, engine: sa.Engine
) -> None:
    with Session(engine) as session:
        (row,) = queries_keys.all_keys(session)
    for who in (MINJI, TAEHO):
        visit(who).post(f"/console/open311/{row.id}/renew", expect=403)
    for odd in (str(uuid4()), "x"):
        visit(HANA).post(f"/console/open311/{odd}/renew", expect=404)
    assert sent(client, lamp, key, "one").status_code == 200


def test_the_command_renews_a_key_by_its_name(
    app: Flask, client: FlaskClient, lamp: dict[str, Any], key: str
) -> None:
    run = app.test_cli_runner().invoke
    first = sent(client, lamp, key, "one").json
    renewed = run(args=["reports", "open311-key", " Next  town", "--renew"])
    assert renewed.exit_code == 0
    assert sent(client, lamp, key, "one").status_code == 403
    assert sent(client, lamp, renewed.output.strip(), "one").json == first
    unknown = run(args=["reports", "open311-key", "Far town", "--renew"])
    assert unknown.exit_code == 1
    assert "no key was made: not_found" in unknown.output
    both = run(args=["reports", "open311-key", "Next town", "--renew", "--scope", "move"])
    assert both.exit_code == 2
    assert "keeps what it is for" in both.output
    assert sent(client, lamp, renewed.output.strip(), "one").status_code == 200


def test_a_key_for_a_body_may_move_its_reports(visit: Any, engine: sa.Engine) -> None:
    with unit_of_work(engine) as session:
        add_team(session, HANA, "Lamp works", "Night shift", at=AT)
        ((body_id, _),) = queries_keys.bodies(session).items()
    desk: Pages = visit(HANA)
    desk.get("/console/open311")
    sent: dict[str, Any] = {"name": "Their desk", "scopes": ["write", "move"], "body": str(body_id)}
    desk.post("/console/open311", expect=200, **sent)
    page = desk.get("/console/open311")
    assert "이의를 내거나 답하기 (Lamp works)" in page
    desk.post("/console/open311", expect=200, name="Plain", scopes=["write"], body="")
    with Session(engine) as session:
        kept = {key.name: (key.scopes, key.body_id) for key in queries_keys.all_keys(session)}
    assert kept == {
        "Their desk": (frozenset({"write", "move"}), body_id),
        "Plain": (frozenset({"write"}), None),
    }
