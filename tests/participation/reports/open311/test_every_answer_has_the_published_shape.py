"""Every answer in JSON validates against a schema of the published description."""

import json
from typing import Any

import jsonschema
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from participation.reports import actions
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services import clock
from services.db import unit_of_work
from tests.participation.reports.open311 import schemas
from tests.people import SOYEON

BASE = "/open311/v2/"
CHECKER = jsonschema.Draft202012Validator.FORMAT_CHECKER


def told(client: FlaskClient, path: str, schema: dict[str, Any], status: int = 200) -> Any:
    answer = client.get(BASE + path)
    assert answer.status_code == status
    return valid(answer.data, schema)


def valid(content: bytes, schema: dict[str, Any]) -> Any:
    value = json.loads(content)
    jsonschema.Draft202012Validator(schema, format_checker=CHECKER).validate(value)
    return value


@pytest.fixture
def number(client: FlaskClient, lamp: dict[str, Any], engine: sa.Engine) -> str:
    """A report that was told by another system and answered by the city."""
    answer = client.post(BASE + "requests.json", data=lamp)
    (row,) = valid(answer.data, schemas.TAKEN)
    with unit_of_work(engine) as session:
        report = session.scalars(sa.select(Report)).one()
        actions.answer_report(session, SOYEON, report, Status.FIXED, "Done", at=clock.now())
    return str(row["service_request_id"])


def test_what_the_city_says_of_itself(client: FlaskClient) -> None:
    told(client, "discovery.json", schemas.DISCOVERY)
    told(client, "services.json", schemas.SERVICES)
    for kind in Category:
        told(client, f"services/{kind}.json", schemas.DEFINITION)


def test_requests_tokens_and_updates(client: FlaskClient, number: str) -> None:
    assert len(told(client, "requests.json", schemas.REQUESTS)) == 1
    assert len(told(client, f"requests/{number}.json", schemas.REQUESTS)) == 1
    (row,) = told(client, "requests.json?extensions=true", schemas.EXTENDED)
    assert row["notes"][0]["description"] == "Done"
    told(client, f"tokens/{number}.json", schemas.TOKEN)
    (word,) = told(client, "servicerequestupdates.json", schemas.UPDATES)
    assert (word["status"], word["service_request_id"]) == ("FIXED", number)
    assert told(client, "requests.json?page=9&page_size=200", schemas.REQUESTS) == []


@pytest.mark.parametrize(
    ("path", "status"),
    [("requests/none.json", 404), ("requests.json?status=x", 400), ("services/x.json", 404)],
)
def test_refusals(client: FlaskClient, path: str, status: int) -> None:
    (error,) = told(client, path, schemas.ERRORS, status)
    assert error["code"] == status


def test_a_wrong_shape_is_found() -> None:
    with pytest.raises(jsonschema.ValidationError):
        valid(b'{"services": []}', schemas.SERVICES)
    with pytest.raises(jsonschema.ValidationError):
        valid(b'[{"service_request_id": 7, "token": "a"}]', schemas.TOKEN)
