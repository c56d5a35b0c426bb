"""What may tell of somebody's home is shown to others by its neighbourhood alone."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from participation.reports.actions import erase_person
from participation.reports.models import ExactPlace, Report
from participation.reports.queries_near import metres_between, near_same
from participation.reports.queries_own import export_of
from participation.reports.rules import Category, seen_at
from services.auth import Actor
from services.db import Session, unit_of_work
from tests.conftest import AT
from tests.flows.test_report_to_answer import FORM
from tests.pages import Pages
from tests.people import JUN, MINJI, SOYEON

Visit = Callable[[Actor | None], Pages]
SPOT = (34.211737, 127.915268)
HOME = "매화로 54, 302호"


@pytest.fixture
def noise(visit: Visit) -> str:
    """The id of what Minji told of a noise next door."""
    pages = visit(MINJI)
    pages.get("/reports/new")
    told = {"category": "noise", "place": HOME, "lat": str(SPOT[0]), "lon": str(SPOT[1])}
    answer = pages.post("/reports/", **FORM | told)
    return answer.headers["Location"].split("/reports/")[1].split("?")[0]


@given(st.floats(-89.9, 89.9), st.floats(-179.9, 179.9))
def test_it_is_near_and_the_same_for_the_whole_field(lat: float, lon: float) -> None:
    seen = seen_at(Category.NOISE, lat, lon)
    assert metres_between(lat, lon, *seen) < 80
    assert seen_at(Category.NOISE, *seen) == seen
    assert seen_at(Category.LITTER, lat, lon) == (lat, lon)


def test_no_public_page_or_file_tells_the_spot(noise: str, visit: Visit, app: Flask) -> None:
    pages = visit(JUN)
    box = "127.9,34.2,127.93,34.22"
    addresses = (
        f"/reports/{noise}",
        f"/reports/{noise}/standing",
        "/reports/",
        f"/reports/api/view?box={box}&zoom=17",
        f"/reports/map/list?box={box}&zoom=17",
        f"/reports/near?category=noise&lat={SPOT[0]}&lon={SPOT[1]}",
        "/reports/feed.atom",
        "/reports/feed.geojson",
        "/open311/v2/requests.json",
        f"/open311/v2/requests/{noise}.json",
    )
    for path in addresses:
        answer = pages.client.get(path)
        assert answer.status_code == 200, path
        said = answer.text
        assert noise.replace("-", "") in said.replace("-", ""), path
        assert "302호" not in said, path
        assert "34.2117" not in said, path
        assert "127.91526" not in said, path
    with Session(app.extensions["engine"]) as session:
        row = session.get_one(Report, UUID(noise))
        assert (row.lat, row.lon) == seen_at(Category.NOISE, *SPOT)


def test_the_team_sees_the_spot(noise: str, visit: Visit) -> None:
    said = visit(SOYEON).get(f"/console/reports/{noise}")
    assert HOME in said
    assert str(SPOT[0]) in said


def test_the_same_noise_is_still_found(noise: str, app: Flask) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        at = session.get_one(Report, UUID(noise)).opened_at
        found = near_same(session, Category.NOISE, *SPOT, at=at)
    assert [one.id for one in found] == [noise]


def test_who_told_takes_the_spot_along_and_leaves_none(noise: str, app: Flask) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        (mine,) = export_of(session, MINJI.id)["reports"]  # type: ignore[arg-type]
        assert (mine["lat"], mine["lon"], mine["place"]) == (*SPOT, HOME)
        erase_person(session, MINJI.id, AT)  # type: ignore[arg-type]
        assert session.get(ExactPlace, UUID(noise)) is None
