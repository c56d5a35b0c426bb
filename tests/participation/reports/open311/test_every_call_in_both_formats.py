"""JSON and XML carry the same fields in the standard's shapes."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

BASE = "/open311/v2/"
REQUEST = {
    *("service_request_id", "status", "status_notes", "service_name", "service_code"),
    *("description", "agency_responsible", "service_notice", "requested_datetime"),
    *("updated_datetime", "expected_datetime", "address", "address_id", "zipcode"),
    *("lat", "long", "media_url"),
}


def plain(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def same(element: ElementTree.Element, value: Any) -> None:
    """Compare an element with what JSON says at its place."""
    if isinstance(value, dict):
        assert [child.tag for child in element] == list(value)
        for child, inner in zip(element, value.values(), strict=True):
            same(child, inner)
    elif isinstance(value, list):
        for child, inner in zip(element, value, strict=True):
            same(child, inner)
    else:
        assert (element.text or "") == plain(value)


def both(client: FlaskClient, path: str, query: str = "") -> Any:
    """Return what JSON says, after XML was found to say the same."""
    answer = client.get(f"{BASE}{path}.json{query}")
    other = client.get(f"{BASE}{path}.xml{query}")
    assert (answer.status_code, other.status_code) == (200, 200)
    assert other.data.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    if path != "discovery":
        assert answer.content_type == "application/json; charset=utf-8"
        assert other.content_type == "text/xml; charset=utf-8"
    told = json.loads(answer.data)
    same(ElementTree.fromstring(other.data), told)
    return told


def posted(client: FlaskClient, lamp: dict[str, Any]) -> str:
    answer = client.post(BASE + "requests.json", data=lamp)
    assert answer.status_code == 200, answer.data
    (told,) = json.loads(answer.data)
    assert "token" not in told
    return str(UUID(told["service_request_id"]))


def test_discovery_names_formats_with_bare_types(client: FlaskClient) -> None:
    told = both(client, "discovery")
    assert set(told) == {"changeset", "contact", "key_service", "endpoints"}
    assert told["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    assert client.get(BASE + "discovery.xml").headers["Content-Type"] == "text/xml"


def test_services_and_their_question(client: FlaskClient) -> None:
    told = both(client, "services")
    assert len(told) == 8
    assert all(one["metadata"] is True and one["type"] == "realtime" for one in told)
    asked = both(client, "services/water")
    assert asked["attributes"][0]["code"] == "detail"


def test_a_posted_request_is_read_back_by_list_id_and_token(
    client: FlaskClient, lamp: dict[str, Any]
) -> None:
    key = posted(client, lamp)
    listed = both(client, "requests", "?service_code=&jurisdiction_id=x")
    assert [one["service_request_id"] for one in listed] == [key]
    assert set(listed[0]) == REQUEST
    assert listed[0]["status"] == "open"
    assert listed[0]["lat"] == 34.21
    assert listed[0]["description"] == lamp["description"]
    assert datetime.fromisoformat(listed[0]["requested_datetime"]).tzinfo is not None
    assert both(client, f"requests/{key}") == listed
    assert both(client, f"tokens/{key}") == [{"service_request_id": key, "token": key}]
    more = both(client, f"requests/{key}", "?extensions=true")[0]
    assert set(more) - REQUEST == {"attributes", "extended_attributes", "notes"}


def test_nothing_personal_comes_back(client: FlaskClient, lamp: dict[str, Any]) -> None:
    posted(client, lamp)
    for form in ("json", "xml"):
        text = client.get(f"{BASE}requests.{form}?extensions=true").text
        for secret in ("minsu", "Minsu", "Gong", "0199", "lamp 17", lamp["api_key"]):
            assert secret not in text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?status=open,closed", 1),
        ("?status=closed", 0),
        ("?service_code=water", 0),
        ("?bbox=34.2,127.9,34.3,128", 1),
        ("?lat=34.211&long=127.911", 1),
        ("?lat=34.3&long=127.911", 0),
        ("?start_date=2026-01-01T00:00:00", 1),
        ("?end_date=2020-01-01", 0),
        ("?updated_after=2020-01-01T00:00:00 09:00", 1),
        ("?updated_before=2020-01-01&start_date=", 0),
        ("?page=2&page_size=1000", 0),
        ("?service_request_id=00000000-0000-0000-0000-000000000000,x", 0),
    ],
)
def test_a_list_is_narrowed(
    client: FlaskClient, lamp: dict[str, Any], query: str, count: int
) -> None:
    posted(client, lamp)
    assert len(both(client, "requests", query)) == count
