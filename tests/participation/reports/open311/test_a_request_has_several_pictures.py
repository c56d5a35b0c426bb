"""A request brings up to three pictures along, and answers name each of them."""

import io
import json
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from participation.reports.models import Report
from participation.reports.photos.models import UnlookedPhoto
from services.db import Session
from services.media import processor
from services.media.turns import Turns
from tests.participation.reports.photos.covers import street
from tests.participation.reports.photos.looks import look_over

BASE = "/open311/v2/requests"


def post(client: FlaskClient, told: dict[str, Any], *shades: int, expect: int = 200) -> bytes:
    media = [(io.BytesIO(street(shade)), f"{shade}.png") for shade in shades]
    answer = client.post(f"{BASE}.json", data=told | {"media": media})
    assert answer.status_code == expect, answer.data
    return bytes(answer.data)


def test_media_may_come_several_times(
    client: FlaskClient, lamp: dict[str, Any], engine: sa.Engine
) -> None:
    post(client, lamp, 10, 20, 30)
    (hidden,) = json.loads(client.get(f"{BASE}.json?extensions=true").data)
    assert hidden["media_url"] is None
    assert hidden["extended_attributes"]["media_urls"] == []
    assert look_over(engine) == 3
    (plain,) = json.loads(client.get(f"{BASE}.json").data)
    (row,) = json.loads(client.get(f"{BASE}.json?extensions=true").data)
    named = row["extended_attributes"]["media_urls"]
    assert len(set(named)) == 3
    assert row["updated_datetime"] > hidden["updated_datetime"]
    assert plain["media_url"] == row["media_url"] == named[0]
    assert "extended_attributes" not in plain
    for url in named:
        with client.get(url.removeprefix("http://127.0.0.1:8000")) as picture:
            assert picture.status_code == 200


def test_who_finds_too_many_waiting_is_told_when_to_come_back(
    client: FlaskClient, lamp: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processor, "TURNS", Turns(0, seats=0, patience_s=0, longest_s=0))
    media = (io.BytesIO(street(10)), "10.png")
    answer = client.post(f"{BASE}.json", data=lamp | {"media": [media]})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert json.loads(client.get(f"{BASE}.json").data) == []


def test_feeds_name_each(client: FlaskClient, lamp: dict[str, Any], engine: sa.Engine) -> None:
    post(client, lamp, 10, 20, 30)
    (hidden,) = json.loads(client.get("/reports/feed.geojson").data)["features"]
    assert (hidden["properties"]["photo"], hidden["properties"]["photos"]) == (None, [])
    assert "enclosure" not in client.get("/reports/feed.atom").text
    look_over(engine)
    (told,) = json.loads(client.get("/reports/feed.geojson").data)["features"]
    named = told["properties"]["photos"]
    assert len(set(named)) == 3
    assert told["properties"]["photo"] == named[0]
    feed = ElementTree.fromstring(client.get("/reports/feed.atom").data)
    links = feed.findall("{http://www.w3.org/2005/Atom}entry/{http://www.w3.org/2005/Atom}link")
    assert [one.get("href") for one in links if one.get("rel") == "enclosure"] == named


def test_both_formats_name_them(
    client: FlaskClient, lamp: dict[str, Any], engine: sa.Engine
) -> None:
    post(client, lamp, 10, 20)
    look_over(engine)
    (row,) = json.loads(client.get(f"{BASE}.json?extensions=true").data)
    root = ElementTree.fromstring(client.get(f"{BASE}.xml?extensions=true").data)
    found = root.findall("request/extended_attributes/media_urls/media_url")
    assert [one.text for one in found] == row["extended_attributes"]["media_urls"]


def test_one_without_pictures_names_none(client: FlaskClient, lamp: dict[str, Any]) -> None:
    post(client, lamp)
    (row,) = json.loads(client.get(f"{BASE}.json?extensions=true").data)
    assert (row["media_url"], row["extended_attributes"]["media_urls"]) == (None, [])


def test_a_fourth_is_refused(client: FlaskClient, lamp: dict[str, Any], session: Session) -> None:
    answer = post(client, lamp, 1, 2, 3, 4, expect=400)
    assert b"too many pictures" in answer or "너무 많아요" in answer.decode()
    assert session.scalars(sa.select(Report)).all() == []


def test_other_further_pictures_make_another_post(
    client: FlaskClient, lamp: dict[str, Any], session: Session
) -> None:
    told = lamp | {"device_id": "phone-7"}
    for shades in ((10, 20), (10, 20), (10, 30)):
        post(client, told, *shades)
    assert len(session.scalars(sa.select(Report)).all()) == 2
    assert len(session.scalars(sa.select(UnlookedPhoto)).all()) == 4
