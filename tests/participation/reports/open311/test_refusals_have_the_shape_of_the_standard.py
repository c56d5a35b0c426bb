"""Errors are a list of code and description, in both formats, with the standard's codes."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

BASE = "/open311/v2/"


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("services/moon.{}", 404),
        ("requests/1.{}", 404),
        ("tokens/1.{}", 404),
        ("nothing.{}", 404),
        ("requests.{}?service_code=moon", 404),
        ("requests.{}?status=lost", 400),
        ("requests.{}?start_date=0001-01-01T00:00:00%2B14:00", 400),
        ("requests.{}?page=0", 400),
        ("requests.{}?page=99999999999", 400),
        ("requests.{}?bbox=1,2,nan,4", 400),
        ("requests.{}?service_code=%00", 400),
    ],
)
def test_a_question_that_cannot_be_answered(
    client: FlaskClient, path: str, status: int, form: str
) -> None:
    shaped(client.get(BASE + path.format(form)), status, form)


def shaped(answer: Any, status: int, form: str) -> None:
    assert answer.status_code == status, answer.data
    if form == "json":
        (error,) = json.loads(answer.data)
        assert error["code"] == status
        assert error["description"]
    else:
        root = ElementTree.fromstring(answer.data)
        assert root.tag == "errors"
        assert root.findtext("error/code") == str(status)
        assert root.findtext("error/description")


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"api_key": ""}, 403),
        ({"api_key": "wrong"}, 403),
        ({"service_code": ""}, 400),
        ({"service_code": "moon"}, 404),
        ({"description": "x" * 4001}, 400),
        ({"lat": "north"}, 400),
        ({"lat": "inf"}, 400),
        ({"long": "", "address_string": ""}, 400),
        ({"media_url": "ftp://x/y"}, 400),
    ],
)
def test_a_post_that_cannot_be_taken(
    client: FlaskClient, lamp: dict[str, Any], change: dict[str, str], status: int, form: str
) -> None:
    shaped(client.post(f"{BASE}requests.{form}", data=lamp | change), status, form)
    assert json.loads(client.get(BASE + "requests.json").data) == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "GET"])
@pytest.mark.parametrize("path", ["nothing.json", "nothing.xml", "requests", "tokens/1.json"])
def test_a_call_that_is_none_is_refused_in_that_shape_too(
    client: FlaskClient, method: str, path: str
) -> None:
    answer = client.open(f"/open311/v2/{path}", method=method)
    assert answer.status_code == 404
