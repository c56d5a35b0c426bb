"""An operator gives a key, sees it once, and ends it; nobody else may."""

import json
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from participation.reports.open311 import actions as open311_actions
from participation.reports.open311 import queries_keys
from participation.reports.open311.models import Open311Key
from participation.reports.routing.actions import add_team
from services.db import Session, unit_of_work
from services.tokens import hash_of
from tests.conftest import AT
from tests.pages import Pages
from tests.people import HANA, MINJI


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
