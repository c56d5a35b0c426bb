"""A phone held on its side is wide and low: what is asked, listed and drawn has room as well."""

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK

SIDE = {"width": 640, "height": 360}


def box(one: Locator) -> tuple[float, float, float, float]:
    found = one.bounding_box()
    assert found is not None
    return found["x"], found["y"], found["width"], found["height"]


def test_the_map_stands_beside_its_list(enter: Enter) -> None:
    page = enter(viewport=SIDE).page
    page.goto("/reports/map")
    page.locator(".map-ring, .map-pin").first.wait_for()
    left, _, wide, high = box(page.locator(".map-canvas"))
    assert (wide, high) >= (300, 200)
    assert box(page.locator(".sheet"))[0] + box(page.locator(".sheet"))[2] <= left + 1
    bar = box(page.locator(".bar"))[1]
    x, y, _, tall = box(page.locator("[data-locate]"))
    assert x > left
    assert y + tall <= bar
    expect(page.locator(".sheet .report-row").first).to_be_in_viewport()


def test_a_question_is_not_covered_by_what_leads_on(enter: Enter) -> None:
    page = enter("minji", viewport=SIDE).page
    page.goto("/reports/new")
    page.click("[data-next]")
    locate = page.locator("[data-locate]")
    expect(locate).to_be_visible()
    locate.scroll_into_view_if_needed()
    _, top, _, tall = box(locate)
    assert top + tall <= box(page.locator("[data-next]"))[1]
    page.locator("[data-next]").scroll_into_view_if_needed()
    expect(page.locator("[data-next]")).to_be_in_viewport(ratio=1)


def test_beside_the_map_the_list_is_not_dragged(enter: Enter) -> None:
    page = enter(viewport=DESK).page
    page.goto("/reports/map")
    page.locator(".map-ring, .map-pin").first.wait_for()
    before = box(page.locator(".sheet"))
    x, y, wide, _ = box(page.locator("#sheet-title"))
    page.mouse.move(x + wide / 2, y + 5)
    page.mouse.down()
    page.mouse.move(x + wide / 2, y + 200, steps=5)
    assert box(page.locator(".sheet")) == before
    page.mouse.up()
