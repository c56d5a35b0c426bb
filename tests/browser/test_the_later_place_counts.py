"""Of a choice, a point and an address, the one that came last is where the report goes."""

from pathlib import Path

import pytest
import pyvips
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import UNHURRIED_MS, a_spot

READY = "() => document.querySelector('[data-stepping]') && document.querySelector('#place').role"
FOUND = (
    "async (q) => (await (await fetch('/reports/api/places?q=' + encodeURIComponent(q))).json())[0]"
)
DOOR, OTHER, MANY = "은하로 12", "샘물로 21", "쉼터"


def begin(page: Page) -> None:
    page.goto("/reports/new")
    page.wait_for_function(READY)


def type_place(page: Page, words: str) -> None:
    page.locator("#place").fill("")
    page.locator("#place").press_sequentially(words)


def point(page: Page) -> tuple[float, float]:
    lat, lon = (page.locator(name).input_value() for name in ("#lat", "#lon"))
    return float(lat), float(lon)


def door(page: Page, name: str) -> object:
    found = page.evaluate(FOUND, name)
    return pytest.approx((found["lat"], found["lon"]), abs=1e-5)


def go_on(page: Page) -> None:
    """Leave the question of the place for the next one."""
    page.click("[data-next]")
    expect(page.locator("#q-kind")).to_be_visible()


def send(page: Page) -> tuple[float, ...]:
    """Answer the rest, send, and return the point the city holds."""
    page.check("input[value=water]")
    page.click("[data-next]")
    page.locator("#text, [data-near-list] .near").locator("visible=true").first.wait_for()
    if not page.locator("#text").is_visible():
        page.click("[data-next]")
    page.fill("#text", "물이 새요")
    page.click("[data-next]")
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    page.wait_for_url("**/reports/*thanks=1")
    place = page.locator("[data-place]").get_attribute("data-place") or ""
    return tuple(map(float, place.split(",")))


def test_a_choice_among_places_does_not_outlive_the_next_one(enter: Enter) -> None:
    page = enter("jun").page
    begin(page)
    page.click("[data-next]")
    page.fill("#place", MANY)
    page.click("[data-next]")
    page.locator(".spot input").first.check()
    shelter = point(page)
    go_on(page)
    page.click("[data-back]")
    type_place(page, DOOR)
    page.locator("#places li").first.click()
    assert point(page) == door(page, DOOR)
    assert point(page) != shelter
    expect(page.locator("[name=spot]")).to_have_count(0)
    go_on(page)
    assert send(page) == door(page, DOOR)


def test_neither_does_it_outlive_where_one_is(enter: Enter) -> None:
    spot = a_spot()
    page = enter("jun", geolocation=spot, permissions=["geolocation"]).page
    begin(page)
    page.click("[data-next]")
    page.fill("#place", MANY)
    page.click("[data-next]")
    page.locator(".spot input").first.check()
    page.click("[data-locate]")
    expect(page.locator("[name=spot]")).to_have_count(0)
    assert point(page) == pytest.approx((spot["latitude"], spot["longitude"]))
    # An address typed after that is meant, and what is found is said.
    type_place(page, DOOR)
    go_on(page)
    assert point(page) == door(page, DOOR)
    expect(page.locator(".toast", has_text=DOOR)).to_be_visible()


def with_place(path: Path) -> Path:
    image = pyvips.Image.black(800, 600, bands=3).linear([1] * 3, [40, 90, 160]).cast("uchar")
    image = image.copy(interpretation="srgb")
    for name, value in (
        ("exif-ifd3-GPSLatitudeRef", "N"),
        ("exif-ifd3-GPSLatitude", "34/1 12/1 4500/100"),
        ("exif-ifd3-GPSLongitudeRef", "E"),
        ("exif-ifd3-GPSLongitude", "127/1 54/1 3600/100"),
    ):
        image.set_type(pyvips.GValue.gstr_type, name, value)
    image.jpegsave(str(path))
    return path


def test_an_address_counts_more_than_where_the_photo_was_taken(
    enter: Enter, tmp_path: Path
) -> None:
    page = enter("jun").page
    begin(page)
    page.set_input_files("#photo", str(with_place(tmp_path / "placed.jpg")))
    expect(page.locator("#lat")).to_have_value("34.212500")
    page.click("[data-next]")
    # Words that name no place describe the point, and that is said.
    type_place(page, "세 번째 나무 아래")
    go_on(page)
    assert point(page) == (34.2125, 127.91)
    expect(page.locator(".toast", has_text="지점은 그대로예요")).to_be_visible()
    page.click("[data-back]")
    expect(page.locator("[data-photo-place]")).to_be_visible()
    type_place(page, OTHER)
    go_on(page)
    assert point(page) == door(page, OTHER)
    page.click("[data-back]")
    expect(page.locator("[data-photo-place]")).to_be_hidden()


def test_a_point_kept_in_the_tab_goes_with_its_address(enter: Enter) -> None:
    page = enter("jun").page
    begin(page)
    page.click("[data-next]")
    page.fill("#place", DOOR)
    go_on(page)
    assert point(page) == door(page, DOOR)
    page.goto("/")
    begin(page)
    page.click("[data-next]")
    assert point(page) == door(page, DOOR)
    type_place(page, MANY)
    page.click("[data-next]")
    expect(page.locator("[data-complaint]")).to_be_visible()
    expect(page.locator(".spot").first).to_be_visible()
    type_place(page, OTHER)
    go_on(page)
    assert point(page) == door(page, OTHER)


def test_words_beside_a_point_describe_it_or_ask_whether_it_stays(enter: Enter) -> None:
    spot = a_spot()
    page = enter("jun", geolocation=spot, permissions=["geolocation"]).page
    begin(page)
    page.click("[data-next]")
    page.click("[data-locate]")
    expect(page.locator("#lat")).not_to_have_value("")
    set_point = point(page)
    for words in ("벤치 앞 쉼터", "시장"):
        type_place(page, words)
        go_on(page)
        assert point(page) == set_point
        expect(page.locator(".toast", has_text="지점은 그대로예요").last).to_be_visible()
        page.click("[data-back]")
    type_place(page, MANY)
    page.click("[data-next]")
    first = page.locator(".spot").first
    expect(first).to_contain_text("정해 둔 지점 그대로")
    page.locator(".spot input").nth(1).check()
    assert point(page) != set_point
    first.locator("input").check()
    assert point(page) == pytest.approx(set_point, abs=1e-6)
    go_on(page)
    # Words that are changed after that leave a kept point where it is.
    page.click("[data-back]")
    type_place(page, "시장 앞")
    assert point(page) == pytest.approx(set_point, abs=1e-6)
    type_place(page, OTHER)
    go_on(page)
    assert point(page) == door(page, OTHER)
    expect(page.locator(".toast", has_text="옮겼어요")).to_be_visible()


def test_a_followed_place_moves_with_its_address(enter: Enter) -> None:
    spot = a_spot()
    page = enter("jun", geolocation=spot, permissions=["geolocation"]).page
    page.goto("/me/places/new")
    page.click("[data-locate]")
    expect(page.locator("#lat")).not_to_have_value("")
    page.fill("#label", "새 집")
    page.get_by_role("button", name="지켜보기").click()
    edit = page.get_by_role("link", name="새 집").get_attribute("href") or ""
    page.goto(edit)
    assert point(page) == pytest.approx((spot["latitude"], spot["longitude"]))
    type_place(page, OTHER)
    page.get_by_role("button", name="이대로").click()
    page.wait_for_url("**/me/places")
    page.goto(edit)
    assert point(page) == door(page, OTHER)
    page.click("[data-locate]")
    expect(page.locator("#lat")).to_have_value(f"{spot['latitude']:.6f}")
    type_place(page, DOOR)
    page.get_by_role("button", name="이대로").click()
    page.wait_for_url("**/me/places")
    page.goto(edit)
    assert point(page) == door(page, DOOR)
    page.goto("/me/places")
    page.get_by_role("button", name="새 집 지우기").click()
