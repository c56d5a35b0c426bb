"""The pages of followed places, by hand and without script."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.alerts.models import Alert, AlertCell
from services.auth import Actor
from services.db import Session, unit_of_work
from services.maps import PlaceName, morton
from services.maps.places import LANDMARK, QUARTER, folded
from tests.pages import Pages
from tests.people import JUN, MINJI

Visit = Callable[[Actor | None], Pages]
MINUTE = timedelta(minutes=1)
KIND = {"kind": "circle", "radius": "300", "way": "push"}
CIRCLE = KIND | {"lat": "37.5", "lon": "127.0"}


@pytest.fixture
def city(app: Flask) -> None:
    """A quarter to the west, one to the east, and two libraries of one name."""
    places = [
        ("매화동", QUARTER, 37.5, 126.99),
        ("Maehwa-dong", QUARTER, 37.5, 126.99),
        ("보리동", QUARTER, 37.5, 127.03),
        ("시청", LANDMARK, 37.501, 127.001),
        ("도서관", LANDMARK, 37.502, 127.001),
        ("도서관", LANDMARK, 37.503, 127.002),
    ]
    with unit_of_work(app.extensions["engine"]) as session:
        for name, kind, lat, lon in places:
            row = PlaceName(name=name, folded=folded(name), kind=kind, lat=lat, lon=lon)
            row.cell = morton(lon, lat)
            session.add(row)


def alerts(app: Flask) -> list[Alert]:
    with Session(app.extensions["engine"]) as session:
        return list(session.scalars(sa.select(Alert)))


def follow(visit: Visit, who: Actor = MINJI, **form: str) -> str:
    pages = visit(who)
    pages.get("/me/places/new")
    pages.post("/me/places", **(CIRCLE | form))
    found = re.search(r"/me/places/([0-9a-f-]{36})\"", pages.get("/me/places"))
    assert found
    return found[1]


def test_a_typed_place_becomes_a_circle(app: Flask, visit: Visit, city: None) -> None:
    pages = visit(MINJI)
    pages.get("/me/places/new")
    pages.post("/me/places", kind="circle", place="시청", radius="100", way="push")
    [alert] = alerts(app)
    assert (alert.label, alert.lat, alert.lon, alert.radius_m) == ("시청", 37.501, 127.001, 100)
    assert "둘레 100미터" in pages.get("/me/places")


def test_an_unclear_place_asks_which_and_keeps_what_was_typed(visit: Visit, city: None) -> None:
    pages = visit(MINJI)
    pages.get("/me/places/new")
    form = {"kind": "circle", "place": "도서관", "radius": "100", "way": "digest", "label": "책"}
    answer = pages.post("/me/places", expect=422, **form)
    assert answer.text.count('name="spot"') == 2
    assert 'value="책"' in answer.text
    pages.post("/me/places", spot="37.503,127.002", **form)
    assert "책" in pages.get("/me/places")


@pytest.mark.parametrize("radius", ["49", "20001", "-5", "many", "1e3"])
def test_a_radius_out_of_bounds_is_refused(visit: Visit, app: Flask, radius: str) -> None:
    pages = visit(MINJI)
    pages.get("/me/places/new")
    answer = pages.post("/me/places", expect=422, **(CIRCLE | {"radius_m": radius}))
    assert 'id="radius_m-wrong"' in answer.text
    assert alerts(app) == []


@pytest.mark.parametrize("radius", ["50", "777", "20000"])
def test_any_number_between_is_taken(visit: Visit, app: Flask, radius: str) -> None:
    follow(visit, radius_m=radius)
    assert [a.radius_m for a in alerts(app)] == [int(radius)]


def test_a_ward_is_chosen_from_those_there_are(visit: Visit, app: Flask, city: None) -> None:
    pages = visit(MINJI)
    page = pages.get("/me/places/new?kind=ward")
    assert "<option>매화동</option>" in page
    assert "Maehwa-dong" not in page
    pages.post("/me/places", expect=422, kind="ward", ward="달동네", way="push")
    pages.post("/me/places", kind="ward", ward="매화동", way="push", category="litter")
    assert [(a.ward, a.categories) for a in alerts(app)] == [("매화동", ",litter,")]


def test_words_are_needed_to_follow_words(visit: Visit, app: Flask) -> None:
    pages = visit(MINJI)
    assert 'value="가로등"' in pages.get("/me/places/new?kind=words&q=가로등&category=noise")
    pages.post("/me/places", expect=422, kind="words", q=" ", way="push")
    pages.post("/me/places", kind="words", q="가로등", way="push")
    assert [a.words for a in alerts(app)] == ["가로등"]


def test_a_place_is_switched_changed_removed_and_brought_back(visit: Visit, app: Flask) -> None:
    key = follow(visit)
    pages = visit(MINJI)
    pages.get("/me/places")
    pages.post(f"/me/places/{key}/switch")
    assert [a.active for a in alerts(app)] == [False]
    pages.post(f"/me/places/{key}/switch", on="1")
    assert 'value="37.5"' in pages.get(f"/me/places/{key}")
    pages.post(f"/me/places/{key}", **(CIRCLE | {"radius": "1000", "label": "큰 집"}))
    assert [(a.label, a.radius_m) for a in alerts(app)] == [("큰 집", 1000)]
    answer = pages.post(f"/me/places/{key}/remove")
    assert f"/me/places/{key}/restore" in pages.get(str(answer.location))
    assert "큰 집" not in pages.get("/me/places")
    pages.post(f"/me/places/{key}/restore")
    assert "큰 집" in pages.get("/me/places")


def test_times_are_kept_and_odd_ones_refused(visit: Visit) -> None:
    pages = visit(MINJI)
    pages.get("/me/places")
    pages.post("/me/places/times", quiet_from="22:30", quiet_to="07:00", digest_hour="18")
    page = pages.get("/me/places")
    assert 'value="22:30"' in page
    assert '<option value="18" selected>' in page
    for odd in ({"quiet_from": "22:30", "quiet_to": ""}, {"quiet_from": "25:00", "quiet_to": "x"}):
        pages.post("/me/places/times", expect=422, digest_hour="8", **odd)
    pages.post("/me/places/times", expect=422, quiet_from="", quiet_to="", digest_hour="24")


def test_only_fifty_places_are_followed(visit: Visit, app: Flask) -> None:
    pages = visit(MINJI)
    pages.get("/me/places/new")
    for _ in range(50):
        pages.post("/me/places", **CIRCLE)
    pages.post("/me/places", expect=422, **CIRCLE)
    assert len(alerts(app)) == 50


def test_what_is_brought_back_counts_among_the_fifty(visit: Visit, app: Flask) -> None:
    key = follow(visit)
    pages = visit(MINJI)
    pages.get("/me/places")
    pages.post(f"/me/places/{key}/remove")
    for _ in range(50):
        pages.post("/me/places", **CIRCLE)
    full = pages.post(f"/me/places/{key}/restore").headers["Location"]
    page = pages.get(full)
    assert "먼저 하나를 지워" in page
    assert f'action="/me/places/{key}/restore"' in page
    following = [one for one in alerts(app) if one.removed_at is None]
    assert len(following) == 50
    pages.post(f"/me/places/{following[0].id}/remove")
    pages.post(f"/me/places/{key}/restore")
    assert key in {str(one.id) for one in alerts(app) if one.removed_at is None}


def test_what_was_removed_is_forgotten_after_a_while(visit: Visit, app: Flask) -> None:
    key = follow(visit)
    pages = visit(MINJI)
    pages.get("/me/places")
    pages.post(f"/me/places/{key}/remove")
    engine = app.extensions["engine"]
    run = next(j.run for j in app.extensions["registry"].jobs if j.name == "alerts.forget_removed")
    [alert] = alerts(app)
    for minutes, left in ((5, 1), (11, 0)):
        with unit_of_work(engine) as session:
            run(session, alert.removed_at + minutes * MINUTE)  # type: ignore[operator]
        assert len(alerts(app)) == left
    with Session(engine) as session:
        assert session.scalars(sa.select(AlertCell)).all() == []
    pages.post(f"/me/places/{key}/restore", expect=404)


def test_a_neighbour_finds_nothing(visit: Visit, app: Flask) -> None:
    key = follow(visit)
    pages = visit(JUN)
    assert key not in pages.get("/me/places")
    pages.get(f"/me/places/{key}", status=404)
    for act in ("", "/switch", "/remove", "/restore"):
        pages.post(f"/me/places/{key}{act}", expect=404, **CIRCLE)
    assert [a.active for a in alerts(app)] == [True]


def moved(app: Flask) -> tuple[float | None, float | None]:
    [alert] = alerts(app)
    return alert.lat, alert.lon


def as_drawn(page: str) -> dict[str, str]:
    """Return what a browser without script sends back of the place as it was drawn."""
    fields = ("place", "lat", "lon", "placed", "radius", "label")
    read = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in fields}
    return {name: found[1] for name, found in read.items() if found} | KIND


def test_another_address_moves_what_is_followed(app: Flask, visit: Visit, city: None) -> None:
    key = follow(visit)
    pages = visit(MINJI)
    form = as_drawn(pages.get(f"/me/places/{key}"))
    assert form["placed"] == "37.5,127.0 "
    pages.post(f"/me/places/{key}", **(form | {"place": "시청"}))
    assert moved(app) == (37.501, 127.001)
    assert "지점을 적어 주신 곳으로 옮겼어요: 시청" in pages.get("/me/places")


@pytest.mark.parametrize("words", ["정문 옆 시청", "청", "도서관 옆"])
def test_words_that_only_hold_a_name_do_not(
    app: Flask, visit: Visit, city: None, words: str
) -> None:
    key = follow(visit)
    pages = visit(MINJI)
    form = as_drawn(pages.get(f"/me/places/{key}"))
    pages.post(f"/me/places/{key}", **(form | {"place": words}))
    assert moved(app) == (37.5, 127.0)
    assert "지점은 그대로예요" in pages.get("/me/places")


def test_an_unclear_address_is_asked_back_though_a_point_stands_there(
    app: Flask, visit: Visit, city: None
) -> None:
    key = follow(visit)
    pages = visit(MINJI)
    form = as_drawn(pages.get(f"/me/places/{key}")) | {"place": "도서관"}
    page = pages.post(f"/me/places/{key}", expect=422, **form).text
    assert page.count('name="spot"') == 3
    again = as_drawn(page)
    assert pages.post(f"/me/places/{key}", expect=422, **again).text.count('name="spot"') == 3
    pages.post(f"/me/places/{key}", spot="37.503,127.002", **again)
    assert moved(app) == (37.503, 127.002)


def test_the_point_as_it_is_set_is_the_first_choice(app: Flask, visit: Visit, city: None) -> None:
    key = follow(visit)
    pages = visit(MINJI)
    form = as_drawn(pages.get(f"/me/places/{key}")) | {"place": "도서관"}
    page = pages.post(f"/me/places/{key}", expect=422, **form).text
    first = page.split('<label class="spot">')[1].split("</label>")[0]
    assert "정해 둔 지점 그대로" in first
    pages.post(f"/me/places/{key}", spot=first.split('value="')[1].split('"')[0], **form)
    assert moved(app) == (37.5, 127.0)


def test_a_point_that_was_set_by_hand_stays_and_so_it_does_with_words_nobody_knows(
    app: Flask, visit: Visit, city: None
) -> None:
    key = follow(visit)
    pages = visit(MINJI)
    form = as_drawn(pages.get(f"/me/places/{key}"))
    pages.post(f"/me/places/{key}", **(form | {"place": "시청", "lat": "37.55"}))
    assert moved(app) == (37.55, 127.0)
    assert "지점은 그대로예요" not in pages.get("/me/places")

    form = as_drawn(pages.get(f"/me/places/{key}"))
    pages.post(f"/me/places/{key}", **(form | {"place": "할머니 댁"}))
    assert moved(app) == (37.55, 127.0)
    assert "지점은 그대로예요" in pages.get("/me/places")
