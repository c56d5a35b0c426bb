"""A key may be for some calls and some kinds of report; the span of dates has its bound."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from participation.reports import actions
from participation.reports.models import Report
from participation.reports.open311 import actions as open311_actions
from participation.reports.open311.edge import BY_KEY
from participation.reports.open311.rules import READ_UPDATES, WRITE, KeyScope
from participation.reports.rules import Status
from services import clock
from services.db import unit_of_work
from services.errors import InvalidError
from tests.conftest import AT
from tests.pages import Pages
from tests.people import HANA, SOYEON

BASE = "/open311/v2/"


def issued(engine: sa.Engine, *scopes: str, categories: tuple[str, ...] = ()) -> str:
    with unit_of_work(engine) as session:
        scope = KeyScope(scopes, categories)
        name = " ".join((*scopes, *categories))
        return open311_actions.issue_key(session, HANA, name, at=AT, scope=scope)


def refusal(answer: Any) -> str:
    assert answer.status_code == 403
    (error,) = json.loads(answer.data)
    return str(error["description"])


def test_a_key_that_only_reads_writes_nothing(
    client: FlaskClient, lamp: dict[str, Any], engine: sa.Engine
) -> None:
    told = lamp | {"api_key": issued(engine, READ_UPDATES)}
    assert "write" in refusal(client.post(BASE + "requests.json", data=told))
    assert "write" in refusal(client.post(BASE + "servicerequestupdates.json", data=told))


def test_a_key_for_one_kind_of_report(
    client: FlaskClient, lamp: dict[str, Any], engine: sa.Engine
) -> None:
    key = issued(engine, WRITE, categories=("water",))
    assert "street_light" in refusal(
        client.post(BASE + "requests.json", data=lamp | {"api_key": key})
    )
    water = lamp | {"api_key": key, "service_code": "water"}
    assert client.post(BASE + "requests.json", data=water).status_code == 200
    posted = client.post(BASE + "requests.json", data=lamp)
    number = json.loads(posted.data)[0]["service_request_id"]
    word = {"api_key": key, "service_request_id": number, "description": "Still dark"}
    assert "street_light" in refusal(client.post(BASE + "servicerequestupdates.json", data=word))


def test_whoever_told_of_a_report_reads_why_it_was_not_taken_up(
    client: FlaskClient, lamp: dict[str, Any], engine: sa.Engine
) -> None:
    client.post(BASE + "requests.json", data=lamp)
    with unit_of_work(engine) as session:
        report = session.scalars(sa.select(Report)).one()
        actions.answer_report(session, SOYEON, report, Status.REJECTED, "Not ours", at=clock.now())
    path = BASE + "servicerequestupdates.json"
    assert json.loads(client.get(path).data) == []
    other = issued(engine, READ_UPDATES)
    assert json.loads(client.get(f"{path}?api_key={other}").data) == []
    writes = issued(engine, WRITE)
    assert json.loads(client.get(f"{path}?api_key={writes}").data) == []
    (word,) = json.loads(client.get(f"{path}?api_key={lamp['api_key']}").data)
    assert (word["status"], word["description"]) == ("CLOSED", "Not ours")


@pytest.mark.parametrize("scope", [KeyScope(()), KeyScope(("all",)), KeyScope((WRITE,), ("moon",))])
def test_a_key_for_nothing_is_not_made(engine: sa.Engine, scope: KeyScope) -> None:
    with unit_of_work(engine) as session, pytest.raises(InvalidError):
        open311_actions.issue_key(session, HANA, "Odd", at=AT, scope=scope)


def test_the_console_gives_a_key_for_one_kind(visit: Any, client: FlaskClient) -> None:
    desk: Pages = visit(HANA)
    desk.get("/console/open311")
    page = desk.post(
        "/console/open311", expect=200, name="Water", scopes="write", categories="water"
    )
    token = page.text.split("<code>")[1].split("</code>")[0]
    told = {"api_key": token, "service_code": "litter", "description": "x", "lat": "1", "long": "1"}
    assert "litter" in refusal(client.post(BASE + "requests.json", data=told))


def test_a_key_is_used_only_so_often(
    client: FlaskClient, lamp: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("participation.reports.open311.edge.BY_KEY", _twice())
    codes = [client.post(BASE + "requests.json", data=lamp).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def _twice() -> Any:
    class Twice:
        name, window_s = BY_KEY.name, BY_KEY.window_s

        def allowed(self, mode: str) -> int:
            return 2 if mode else 0

    return Twice()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("start_date=2026-01-01&end_date=2026-03-31", 200),
        ("start_date=2026-01-01T00:00:00&end_date=2026-04-02T00:00:00Z", 400),
        ("start_date=2026-01-01&end_date=", 200),
        # No ninety days lie before this one.
        ("end_date=0001-01-01T00:00:00Z", 400),
        ("end_date=0001-04-01T00:00:00Z", 200),
    ],
)
def test_dates_lie_ninety_days_apart_at_most(client: FlaskClient, query: str, status: int) -> None:
    for call in ("requests.json", "requests.xml", "servicerequestupdates.json"):
        assert client.get(f"{BASE}{call}?{query}").status_code == status
