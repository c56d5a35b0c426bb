"""A place may be typed: the server finds its point, or asks which one is meant."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from services import maps
from services.auth import Actor
from services.db import unit_of_work
from tests.pages import Pages
from tests.people import MINJI

Visit = Callable[[Actor | None], Pages]
TOWN = maps.make_town(seed=7)
TYPED = {"category": "litter", "text": "봉투가 쌓였어요", "idempotency_key": "tap-typed-1"}


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / "town.osm.pbf"
    maps.write_extract(TOWN, path)
    return path


@pytest.fixture(autouse=True)
def names(app: Flask, extract: Path) -> maps.Town:
    with unit_of_work(app.extensions["engine"]) as session:
        assert maps.import_places(session, extract) > 300
    return TOWN


def send(visit: Visit, place: str, expect: int, **more: str) -> tuple[str, str]:
    pages = visit(MINJI)
    pages.get("/reports/new")
    answer = pages.post("/reports/", expect=expect, place=place, **TYPED, **more)
    return answer.text, str(answer.location or "")


def test_a_door_becomes_its_point(visit: Visit, names: maps.Town) -> None:
    door = next(a for a in names.addresses if a.name_ko == "하늘시 매화로 54")
    _, address = send(visit, "하늘시 매화로 54", 303)
    page = visit(None).get(address.split("?")[0])
    lat, lon = page.split('data-place="')[1].split('"')[0].split(",")
    assert abs(float(lat) - door.lat) < 0.0004
    assert abs(float(lon) - door.lon) < 0.0006
    assert "하늘시 매화로 54" in page


def test_what_many_places_are_called_is_asked_back_and_one_tap_settles_it(visit: Visit) -> None:
    text, _ = send(visit, "쉼터", 422)
    assert text.count('name="spot"') > 1
    assert "봉투가 쌓였어요" in text
    spot = text.split('name="spot" value="')[1].split('"')[0]
    _, address = send(visit, "쉼터", 303, spot=spot)
    assert spot.split(",")[0][:7] in visit(None).get(address.split("?")[0])


def test_a_place_nobody_knows_is_told_so_and_what_was_written_stays(visit: Visit) -> None:
    text, _ = send(visit, "아무도 모르는 골짜기 9999", 422)
    assert "그런 이름의 장소를 찾지 못했어요" in text
    assert "봉투가 쌓였어요" in text


def test_no_place_at_all_is_asked_for(visit: Visit) -> None:
    text, _ = send(visit, "", 422)
    assert "주소를 적거나, 현재 위치를 쓰거나" in text


def test_a_point_gets_the_name_of_the_nearest_door(visit: Visit, names: maps.Town) -> None:
    door = names.addresses[40]
    _, address = send(visit, "", 303, lat=str(door.lat), lon=str(door.lon))
    assert door.name_ko.removeprefix("하늘시 ") in visit(None).get(address.split("?")[0])


def test_names_are_found_by_any_part_without_spaces_or_case(visit: Visit) -> None:
    pages = visit(None)
    for typed in ("매화로54", "매화로 5", "eunha", "물빛"):
        found = pages.client.get("/reports/api/places", query_string={"q": typed}).json
        assert found, typed
    for odd in ("", "%", "_", "\\", "없는 곳 " * 20):
        assert pages.client.get("/reports/api/places", query_string={"q": odd}).status_code == 200


def test_a_pin_is_told_what_the_city_calls_it(visit: Visit, names: maps.Town) -> None:
    door = next(a for a in names.addresses if a.name_ko == "하늘시 매화로 54")
    ask = "/reports/api/named?category=litter&lat={}&lon={}"
    assert visit(None).get(ask.format(door.lat, door.lon)) == "매화로 54"
    assert visit(None).get(ask.format(door.lat + 1, door.lon)) == ""
    visit(None).get(ask.format("x", door.lon), 422)


def stored(visit: Visit, address: str) -> tuple[float, ...]:
    page = visit(None).get(address.split("?")[0])
    return tuple(map(float, page.split('data-place="')[1].split('"')[0].split(",")))


def where(names: maps.Town, door: str) -> tuple[float, float]:
    found = next(a for a in names.addresses if a.name_ko == f"하늘시 {door}")
    return found.lat, found.lon


HOME = {"lat": "34.2125", "lon": "127.91"}
AT_HOME = "34.2125,127.91"


def test_words_that_name_another_place_than_the_point_they_stand_with_are_meant(
    visit: Visit, names: maps.Town
) -> None:
    _, address = send(visit, "하늘시 매화로 54", 303, placed=f"{AT_HOME} 은하로 12", **HOME)
    assert stored(visit, address) == pytest.approx(where(names, "매화로 54"), abs=0.0006)


@pytest.mark.parametrize(
    "placed", ["", "34.3,127.91 은하로 12", f"{AT_HOME} 하늘시 매화로54", "odd,odd 은하로", "nan"]
)
def test_a_point_that_was_set_for_the_words_or_after_them_stays(visit: Visit, placed: str) -> None:
    _, address = send(visit, "하늘시 매화로 54", 303, placed=placed, **HOME)
    assert stored(visit, address) == (34.2125, 127.91)


def test_words_of_many_places_are_asked_back_though_a_point_stands_there(visit: Visit) -> None:
    text, _ = send(visit, "쉼터", 422, placed=f"{AT_HOME} 은하로 12", **HOME)
    assert text.count('name="spot"') > 2
    assert f'name="placed" value="{AT_HOME} 은하로 12"' in text
    spot = text.split('name="spot" value="')[2].split('"')[0]
    _, address = send(visit, "쉼터", 303, placed=f"{AT_HOME} 은하로 12", spot=spot, **HOME)
    assert stored(visit, address) != (34.2125, 127.91)


@pytest.mark.parametrize(
    ("lang", "kept"), [("ko", "정해 둔 지점"), ("en", "The point as it is set")]
)
def test_the_point_itself_is_the_first_of_them(visit: Visit, lang: str, kept: str) -> None:
    pages = visit(MINJI)
    pages.client.set_cookie("lang", lang)
    pages.get("/reports/new")
    told = TYPED | HOME | {"place": "쉼터", "placed": f"{AT_HOME} 은하로 12"}
    text = pages.post("/reports/", expect=422, **told).text
    first = text.split('<label class="spot">')[1].split("</label>")[0]
    assert kept in first
    spot = first.split('value="')[1].split('"')[0]
    address = str(pages.post("/reports/", spot=spot, **told).location)
    assert stored(visit, address) == (34.2125, 127.91)
    assert "쉼터" in pages.get(address)


def test_without_a_point_there_is_none_to_keep(visit: Visit) -> None:
    text, _ = send(visit, "쉼터", 422)
    assert "정해 둔 지점" not in "".join(text.split('<label class="spot">')[1:])


@pytest.mark.parametrize(
    ("lang", "said"), [("ko", "지점을 적어 주신 곳으로"), ("en", "point moved to")]
)
@pytest.mark.parametrize("words", ["하늘시 샘물로 21", "샘물로21", "Haneul, 샘물로 21"])
def test_where_words_moved_the_point_is_said(
    visit: Visit, names: maps.Town, words: str, lang: str, said: str
) -> None:
    pages = visit(MINJI)
    pages.client.set_cookie("lang", lang)
    pages.get("/reports/new")
    told = TYPED | HOME | {"place": words, "placed": f"{AT_HOME} 은하로 12"}
    address = str(pages.post("/reports/", **told).location)
    page = pages.get(address)
    assert said in page
    assert "샘물로 21" in page.split("data-toasts")[1]
    assert stored(visit, address) == pytest.approx(where(names, "샘물로 21"), abs=0.0006)


def test_it_is_said_though_something_else_is_missing(visit: Visit) -> None:
    told = HOME | {"placed": f"{AT_HOME} 은하로 12", "category": "litter", "text": ""}
    pages = visit(MINJI)
    pages.get("/reports/new")
    text = pages.post("/reports/", expect=422, place="샘물로 21", **told).text
    assert "지점을 적어 주신 곳으로" in text.split("data-toasts")[1]


DESCRIBING = [
    *("놀이터 뒤 쉼터 앞", "쉼터 옆 세 번째 나무", "벤치 앞 쉼터"),
    *("시장", "학교", "Market", "정문 옆 하늘시청", "은하로 12 앞"),
]


@pytest.mark.parametrize("words", DESCRIBING)
def test_words_that_only_describe_keep_the_point_and_say_so(visit: Visit, words: str) -> None:
    pages = visit(MINJI)
    pages.get("/reports/new")
    told = TYPED | HOME | {"place": words, "placed": f"{AT_HOME} 은하로 12"}
    address = str(pages.post("/reports/", **told).location)
    assert "지점은 그대로예요" in pages.get(address)
    assert stored(visit, address) == (34.2125, 127.91)


def test_a_form_says_which_words_its_point_stands_with(visit: Visit, names: maps.Town) -> None:
    pages = visit(MINJI)
    assert 'name="placed" value=""' in pages.get("/reports/new")
    wrong = TYPED | {"text": ""}
    page = pages.post("/reports/", expect=422, place="하늘시 매화로 54", **wrong).text
    told = page.split('name="placed" value="')[1].split('"')[0]
    lat, lon = (page.split(f'name="{n}" value="')[1].split('"')[0] for n in ("lat", "lon"))
    assert told == f"{lat},{lon} 하늘시 매화로 54"
