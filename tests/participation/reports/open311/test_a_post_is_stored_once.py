"""A repeated post is the same report; it is audited under its key's name and told to the house."""

import json
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from participation.reports.models import Report, ReportEntry
from services import audit
from services.db import Session
from services.outbox.events import OutboxEvent

BASE = "/open311/v2/"


def post(client: FlaskClient, data: dict[str, Any], once: str = "") -> str:
    headers = {"Idempotency-Key": once} if once else {}
    answer = client.post(BASE + "requests.json", data=data, headers=headers)
    assert answer.status_code == 200, answer.data
    return str(json.loads(answer.data)[0]["service_request_id"])


def test_the_same_key_of_a_post(client: FlaskClient, lamp: dict[str, Any]) -> None:
    assert post(client, lamp, "a") == post(client, lamp, "a") != post(client, lamp, "b")


def test_the_same_words_of_a_device(client: FlaskClient, lamp: dict[str, Any]) -> None:
    phone = lamp | {"device_id": "d1"}
    assert post(client, phone) == post(client, phone) != post(client, lamp | {"device_id": "d2"})


def test_without_words_it_says_what_kind_of_trouble_it_is(
    client: FlaskClient, lamp: dict[str, Any]
) -> None:
    """The standard asks for none; at another place it is another report, also of one phone."""
    mute = lamp | {"description": "", "device_id": "d1"}
    first = post(client, mute)
    assert post(client, mute) == first != post(client, mute | {"lat": "34.2131"})
    (row,) = json.loads(client.get(f"{BASE}requests/{first}.json").data)
    assert row["description"] == "가로등"


def test_without_a_name_each_post_is_its_own(client: FlaskClient, lamp: dict[str, Any]) -> None:
    assert post(client, lamp) != post(client, lamp)


def test_it_has_no_reporter_and_a_trace(
    client: FlaskClient, lamp: dict[str, Any], session: Session
) -> None:
    post(client, lamp)
    report = session.scalars(sa.select(Report)).one()
    assert (report.reporter_id, report.source, report.answer) == (None, "open311", "lamp 17")
    assert [e.kind for e in session.scalars(sa.select(OutboxEvent))] == ["reports.report_opened"]
    (row,) = [r for r in audit.latest(session) if r.verb == "open_report_for"]
    assert "Next town" in str(row)


def test_an_update_is_a_note_for_staff_once(
    client: FlaskClient, lamp: dict[str, Any], session: Session
) -> None:
    told = {
        "api_key": lamp["api_key"],
        "service_request_id": post(client, lamp),
        "update_id": "77",
        "status": "FIXED",
        "description": "Seen again",
    }
    for _ in range(2):
        assert client.post(BASE + "servicerequestupdates.xml", data=told).status_code == 200
    notes = session.scalars(sa.select(ReportEntry).where(ReportEntry.kind == "note")).all()
    assert [(n.text, n.public) for n in notes] == [("Seen again", False)]
    assert session.scalars(sa.select(Report.status)).one() == "open"
    assert b"Seen again" not in client.get(BASE + "servicerequestupdates.xml").data
