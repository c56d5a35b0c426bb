"""An operator adds a body, tests it, pauses it, and sees what waits; its key is never shown."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from participation.reports.forwarding import queries_unheard
from participation.reports.forwarding.models import Forwarding
from services import audit
from services.auth import Actor
from services.db import Session, unit_of_work
from tests.pages import Pages
from tests.participation.reports.forwarding.conftest import City, Neighbour
from tests.participation.reports.forwarding.waiting import letters_for
from tests.people import HANA, SOYEON

Visit = Callable[[Actor | None], Pages]


@pytest.fixture
def desk(visit: Visit) -> Pages:
    pages = visit(HANA)
    pages.get("/console/bodies")
    return pages


def add(desk: Pages, url: str, code: str = "street_light") -> str:
    """Add a body with a rule for street lights; return its address in the console."""
    desk.post("/console/bodies", name="Lamp works", url=url, api_key="hush-hush")
    page = desk.get("/console/bodies")
    path = "/console/bodies/" + page.split('id="body-')[1].split('"')[0]
    desk.post(path + "/rules", category="street_light", service_code=code, box="")
    return path


def test_it_is_the_operators_alone(visit: Visit) -> None:
    assert visit(SOYEON).client.get("/console/bodies").status_code == 403
    assert visit(None).client.get("/console/bodies").status_code == 303


def test_a_key_is_kept_and_never_shown(desk: Pages, city: City) -> None:
    path = add(desk, "http://127.0.0.1:9/v2")
    page = desk.get("/console/bodies")
    assert "hush-hush" not in page
    assert city.body().api_key == "hush-hush"
    desk.post("/console/bodies", name="Lamp works", url="http://127.0.0.1:9/v2", api_key="")
    assert city.body().api_key == "hush-hush"
    with Session(city.engine) as session:
        assert "hush-hush" not in str(audit.latest(session))
    assert path


def test_a_test_says_how_it_is(desk: Pages, city: City, neighbour: Neighbour) -> None:
    base = f"http://127.0.0.1:{neighbour.port}"
    for tail, words in (
        ("/open311/v2", "잘 되고 있어요"),
        ("/reports", "그 주소에는 Open311이 없어요"),
        ("/open311/v2", "잘 되고 있어요"),
    ):
        path = add(desk, base + tail)
        desk.post(path + "/test")
        assert words in desk.get("/console/bodies"), city.body().trouble
    add(desk, base + "/open311/v2", "lamps")
    desk.post(path + "/test")
    page = desk.get("/console/bodies")
    assert "그런 service_code가 없어요" in page
    assert "lamps" in page


def test_a_body_that_sleeps_is_told_of(desk: Pages) -> None:
    path = add(desk, "http://127.0.0.1:9/v2")
    desk.post(path + "/test")
    assert "답이 없어요" in desk.get("/console/bodies")


def test_what_waits_is_listed_and_tried_again(desk: Pages, city: City) -> None:
    add(desk, "http://127.0.0.1:9/v2")
    city.tell()
    city.carry()
    page = desk.get("/console/bodies")
    assert "보낼 차례를 기다려요" in page
    assert city.row().tries == 1
    desk.post(f"/console/bodies/underway/{city.row().id}/again")
    assert city.row().tries == 0


def test_pause_rules_and_their_end(desk: Pages, city: City) -> None:
    path = add(desk, "http://127.0.0.1:9/v2")
    desk.post(path + "/pause", paused="yes")
    assert city.body().paused_at is not None
    desk.post(path + "/pause", paused="no")
    assert city.body().paused_at is None
    page = desk.get("/console/bodies")
    rule = page.split("/console/bodies/rules/")[1].split("/")[0]
    desk.post(f"/console/bodies/rules/{rule}/remove")
    city.tell()
    assert "보낼 차례를" not in desk.get("/console/bodies")


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "35,127,34,128", "34,128,35,127"])
def test_an_odd_box_is_refused(desk: Pages, box: str) -> None:
    path = add(desk, "http://127.0.0.1:9/v2")
    sent = {"category": "water", "service_code": "w", "box": box}
    desk.post(path + "/rules", expect=422, **sent)


def test_a_box_bounds_what_goes_there(desk: Pages, city: City) -> None:
    desk.post("/console/bodies", name="Lamp works", url="http://127.0.0.1:9/v2")
    path = "/console/bodies/" + desk.get("/console/bodies").split('id="body-')[1].split('"')[0]
    far = {"category": "street_light", "service_code": "far", "box": "35,127,36,128"}
    desk.post(path + "/rules", **far)
    city.tell()
    assert "보낼 차례를" not in desk.get("/console/bodies")
    near = {"category": "street_light", "service_code": "near", "box": "34,127.5,34.5,128"}
    desk.post(path + "/rules", **near)
    city.tell()
    assert city.row().service_code == "near"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/open311/v2", "ftp://127.0.0.1/x", "x"])
def test_an_address_that_cannot_be_is_refused(desk: Pages, url: str) -> None:
    answer = desk.client.post(
        "/console/bodies", data={"csrf_token": desk.token, "name": "Odd", "url": url}
    )
    assert answer.status_code in (409, 422)


def test_what_a_body_refused_stands_first_and_what_is_left_out_is_said(
    desk: Pages, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for a person, and what only waits for its turn does not hide it."""
    letters_for(city, "http://127.0.0.1:9/v2", 3)
    with unit_of_work(city.engine) as session:
        newest = sa.select(Forwarding.id).order_by(Forwarding.made_at.desc()).limit(1)
        is_newest = Forwarding.id == newest.scalar_subquery()
        session.execute(sa.update(Forwarding).where(is_newest).values(state="refused"))
    assert "건만 보여요" not in desk.get("/console/bodies")
    monkeypatch.setattr(queries_unheard, "SHOWN", 2)
    page = desk.get("/console/bodies")
    with Session(city.engine) as session:
        listed = [one.state for one in queries_unheard.underway(session)]
    assert listed == ["refused", "waiting"]
    assert "2건만 보여요" in page
