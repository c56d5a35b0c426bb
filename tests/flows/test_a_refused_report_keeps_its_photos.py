"""A refused form loses no photo, and a photo may say where it was taken: no script needed."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from participation.reports.models import Report
from services import maps
from services.auth import Actor
from services.db import Session, unit_of_work
from tests.flows.test_report_to_answer import FORM, photo
from tests.pages import Pages
from tests.participation.reports.intake.test_post_reading import exif
from tests.people import JUN, MINJI

Visit = Callable[[Actor | None], Pages]
KEPT = re.compile(r'name="kept" value="([^"]+)" checked')
SPOT = re.compile(r'name="spot" value="([^"]+)"')
TYPED = FORM | {"lat": "", "lon": ""}


@pytest.fixture
def door(app: Flask, tmp_path: Path) -> maps.Address:
    """Haneul's streets are known; return an address of theirs."""
    town = maps.make_town(seed=7)
    maps.write_extract(town, tmp_path / "town.osm.pbf")
    with unit_of_work(app.extensions["engine"]) as session:
        maps.import_places(session, tmp_path / "town.osm.pbf")
    return town.addresses[0]


def taken_at(lat: float, lon: float) -> tuple[io.BytesIO, str]:
    data, block = photo()[0].getvalue(), exif(lat, lon)
    told = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    return io.BytesIO(data[:2] + told + data[2:]), "lamp.jpg"


def send(pages: Pages, expect: int, **told: Any) -> TestResponse:
    pages.get("/reports/new")
    return pages.post("/reports/", expect, **told)


def stored(app: Flask) -> list[Report]:
    with Session(app.extensions["engine"]) as session:
        return list(session.scalars(sa.select(Report)))


def kept_by(refused: TestResponse) -> str:
    found = KEPT.search(refused.text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("wrong", [{"text": ""}, {"lat": ""}, {"category": "dragons"}])
def test_what_is_refused_keeps_its_photos(visit: Visit, app: Flask, wrong: dict[str, str]) -> None:
    pages = visit(MINJI)
    refused = send(pages, 422, photo=photo(), **(FORM | wrong))
    assert "보낸 사진 1장이 그대로 있어요" in refused.text
    send(pages, 303, **FORM, kept=kept_by(refused))
    (one,) = stored(app)
    assert one.photo_hash


def test_it_stays_kept_however_often_it_is_refused(visit: Visit, app: Flask) -> None:
    pages = visit(MINJI)
    kept = kept_by(send(pages, 422, photo=photo(), **(FORM | {"text": ""})))
    kept = kept_by(send(pages, 422, **(FORM | {"text": ""}), kept=kept))
    send(pages, 303, **FORM, kept=kept)
    assert stored(app)[0].photo_hash


def test_another_photo_takes_its_place_and_none_is_none(visit: Visit, app: Flask) -> None:
    pages = visit(MINJI)
    kept = kept_by(send(pages, 422, photo=photo(), **(FORM | {"text": ""})))
    send(pages, 303, **FORM)
    assert stored(app)[0].photo_hash is None
    refused = send(visit(JUN), 303, **(FORM | {"idempotency_key": "tap-of-jun-77"}), kept=kept)
    assert refused.status_code == 303
    assert [one.photo_hash for one in stored(app)] == [None, None], "kept for its sender alone"


def test_a_photo_that_cannot_be_read_is_not_kept(visit: Visit) -> None:
    broken = (io.BytesIO(b"no picture"), "a.jpg")
    refused = send(visit(MINJI), 422, photo=broken, **FORM)
    assert KEPT.search(refused.text) is None
    assert "가로등이 꺼졌어요" in refused.text


def test_where_no_place_is_told_that_of_the_photo_is_offered(
    visit: Visit, app: Flask, door: maps.Address
) -> None:
    pages = visit(MINJI)
    refused = send(pages, 422, photo=taken_at(door.lat, door.lon), **TYPED)
    assert "사진에 찍은 곳이 담겨 있어요" in refused.text
    (spot,) = SPOT.findall(refused.text)
    send(pages, 303, **TYPED, kept=kept_by(refused), spot=spot)
    (one,) = stored(app)
    assert (one.lat, one.lon) == pytest.approx((door.lat, door.lon), abs=1e-4)
    assert one.place
    assert one.photo_hash


def test_a_place_that_was_told_outweighs_the_photos(
    visit: Visit, app: Flask, door: maps.Address
) -> None:
    send(visit(MINJI), 303, photo=taken_at(door.lat, door.lon), **FORM)
    (one,) = stored(app)
    assert (one.lat, one.lon) == (34.21, 127.91)


def test_a_photo_from_far_away_offers_nothing(visit: Visit, door: maps.Address) -> None:
    refused = send(visit(MINJI), 422, photo=taken_at(48.85, 2.35), **TYPED)
    assert SPOT.findall(refused.text) == []
    assert door.name_ko
