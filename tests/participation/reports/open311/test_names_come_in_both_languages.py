"""Services, requests and questions are told in the caller's language, and who has a report."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from participation.reports.forwarding.models import Forwarding, OutsideBody
from participation.reports.models import Report
from participation.reports.open311 import actions as open311_actions
from participation.reports.open311.rules import WRITE, KeyScope
from participation.reports.routing.actions import add_team
from participation.reports.rules import QUESTIONS, Category
from services import i18n
from services.db import unit_of_work
from tests.conftest import AT
from tests.people import HANA

BASE = "/open311/v2/"
KOREAN, ENGLISH = ("가로등", "Street light")


def told(client: FlaskClient, path: str, **headers: str) -> Any:
    answer = client.get(BASE + path, headers=headers)
    assert answer.status_code == 200, answer.data
    assert "Accept-Language" in answer.headers["Vary"]
    return json.loads(answer.data)


@pytest.mark.parametrize(
    ("query", "headers", "lang"),
    [
        ("", {}, "ko"),
        ("?lang=en", {}, "en"),
        ("?lang=en", {"Accept-Language": "ko"}, "en"),
        ("?lang=fr", {"Accept-Language": "en-GB,ko;q=0.5"}, "en"),
        ("", {"Accept-Language": "ko-KR"}, "ko"),
    ],
)
def test_the_language_is_the_callers(
    client: FlaskClient, lamp: dict[str, Any], query: str, headers: dict[str, str], lang: str
) -> None:
    client.post(BASE + "requests.json", data=lamp)
    name = KOREAN if lang == "ko" else ENGLISH
    answer = client.get(f"{BASE}services.json{query}", headers=headers)
    assert answer.headers["Content-Language"] == lang
    lights = next(one for one in answer.json or [] if one["service_code"] == "street_light")
    assert lights["service_name"] == name
    assert {KOREAN, ENGLISH.lower()} <= set(lights["keywords"].split(", "))
    assert lights["group"] == ("도로와 교통" if lang == "ko" else "Streets and traffic")
    assert told(client, f"requests.json{query}", **headers)[0]["service_name"] == name
    (asked,) = told(client, f"services/street_light.json{query}", **headers)["attributes"]
    question = i18n.translate(lang, QUESTIONS[Category.STREET_LIGHT])
    assert (asked["code"], asked["variable"], asked["description"]) == (
        "detail",
        True,
        question,
    )


def test_the_answer_is_for_staff_and_for_who_sent_it(
    client: FlaskClient, lamp: dict[str, Any], key: str, engine: sa.Engine
) -> None:
    client.post(BASE + "requests.json", data=lamp)
    with unit_of_work(engine) as session:
        other = open311_actions.issue_key(session, HANA, "Other", at=AT)
        writes = open311_actions.issue_key(session, HANA, "W", at=AT, scope=KeyScope((WRITE,)))
    for query, said in (
        (f"&api_key={key}&lang=en", "lamp 17"),
        (f"&api_key={other}", None),
        (f"&api_key={writes}", None),
        ("&api_key=odd", None),
        ("", None),
    ):
        (row,) = told(client, f"requests.json?extensions=true{query}")
        assert row["extended_attributes"]["detail"] == said
        assert [one["value"] for one in row["attributes"]] == ([said] if said else [])
    assert "lamp 17" not in client.get(f"{BASE}requests.json?api_key={key}").text


def test_who_has_a_report(client: FlaskClient, lamp: dict[str, Any], engine: sa.Engine) -> None:
    client.post(BASE + "requests.json", data=lamp)
    assert told(client, "requests.json")[0]["agency_responsible"] is None
    with unit_of_work(engine) as session:
        team = add_team(session, HANA, "Lamp works", "Night shift", at=AT)
        session.execute(sa.update(Report).values(team_id=team))
    assert told(client, "requests.json")[0]["agency_responsible"] == "Lamp works, Night shift"
    with unit_of_work(engine) as session:
        body = OutsideBody(name="Next town", url="https://next.example.org", made_at=AT)
        session.add(body)
        session.flush()
        report_id = session.scalars(sa.select(Report.id)).one()
        row = Forwarding(report_id=report_id, body_id=body.id, service_code="x")
        row.state, row.due_at, row.made_at = "asked", AT, AT
        session.add(row)
    assert told(client, "requests.json")[0]["agency_responsible"] == "Lamp works, Night shift"
    with unit_of_work(engine) as session:
        session.execute(sa.update(Forwarding).values(remote_id="7", taken_at=AT))
    assert told(client, "requests.json")[0]["agency_responsible"] == "Next town"
    assert b"<agency_responsible>Next town</a" in client.get(BASE + "requests.xml").data
