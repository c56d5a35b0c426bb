"""The client of all tests finds an answer that has another shape, in either format."""

from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient

from participation.reports.open311 import format
from tests.participation.reports.open311 import checked

BASE = "/open311/v2/"


def test_every_test_has_it(app: Flask) -> None:
    assert isinstance(app.test_client(), checked.CheckedClient)


def test_every_route_of_the_edge_has_a_shape(app: Flask) -> None:
    """A call that is added has no shape at first, and its first answer fails."""
    calls = set()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(BASE) and "form" in rule.arguments:
            word = rule.rule.removeprefix(BASE).partition("<any")[0].rstrip(".")
            word = word.partition("/")[0] + ("/" if "/" in word else "")
            calls |= {f"{method} {word}" for method in (rule.methods or ()) & {"GET", "POST"}}
    assert calls == {key.rstrip("+") for key in checked.SHAPES}


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(
    "broken",
    [
        {"service_code": ""},
        {"metadata": "false"},
        {"type": "odd"},
        {"more": "x"},
    ],
)
def test_a_field_that_is_wrong_is_found(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, form: str, broken: dict[str, Any]
) -> None:
    told = format.service
    monkeypatch.setattr(format, "service", lambda kind, lang: told(kind, lang) | broken)
    if form == "xml" and broken == {"metadata": "false"}:
        # XML writes the word and the value alike.
        assert client.get(f"{BASE}services.{form}").status_code == 200
        return
    with pytest.raises(jsonschema.ValidationError):
        client.get(f"{BASE}services.{form}")


def test_another_name_in_a_list_is_found(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(format.ONE, "services", "item")
    with pytest.raises(AssertionError):
        client.get(f"{BASE}services.xml")


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_refusal_of_another_shape_is_found(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    written = format.written
    monkeypatch.setattr(
        format, "written", lambda value, root, form: written([{"why": "no"}], root, form)
    )
    with pytest.raises((jsonschema.ValidationError, KeyError)):
        client.post(f"{BASE}requests.{form}", data={"service_code": "water"})
