"""Who presses a switch or a button far down a page finds it there when the page comes back, with
the focus on it: the next key undoes it, and a screen reader says how it stands."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK

NOTED = "() => sessionStorage.getItem('madang.pressed') === null"


def press(page: Page, button: Locator) -> float:
    """Press a button by key and return how far down the window it was; wait for the page anew."""
    page.locator("html[data-script]").wait_for()
    button.focus()
    place = button.bounding_box()
    assert place is not None
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("html[data-script]").wait_for()
    page.wait_for_function(NOTED)
    return place["y"]


def stands(button: Locator, top: float) -> None:
    expect(button).to_be_focused()
    place = button.bounding_box()
    assert place is not None
    assert abs(place["y"] - top) < 3


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_following_is_undone_by_the_next_key(enter: Enter, lang: str) -> None:
    page = enter("jun", lang=lang, viewport={"width": 640, "height": 360}).page
    page.goto("/reports/?status=acknowledged")
    page.locator(".report-title a").last.click()
    act = page.locator("#follow-act")
    before = act.inner_text()
    stands(act, press(page, act))
    assert act.inner_text() != before
    stands(act, press(page, act))
    assert act.inner_text() == before


def test_a_row_is_moved_up_twice_by_its_own_button(enter: Enter) -> None:
    page = enter("taeho", viewport=DESK).page
    page.goto("/console/routing/")
    up = page.locator("form[action$='/up'] button").nth(5)
    form = up.locator("xpath=ancestor::form").get_attribute("action")
    press(page, up)
    again = page.locator(f"form[action='{form}'] button:focus")
    expect(again).to_have_count(1)


def test_of_many_alike_it_is_the_one_that_was_pressed(enter: Enter) -> None:
    page = enter("hana", viewport=DESK).page
    page.goto("/console/people/?query=%EA%B0%95")
    guardian = page.locator(".folk > li").last.locator(".folk-roles button").nth(1)
    before = guardian.get_attribute("aria-pressed")
    for _time in range(2):
        stands(guardian, press(page, guardian))
    assert guardian.get_attribute("aria-pressed") == before


def test_the_language_is_changed_without_losing_ones_place(enter: Enter) -> None:
    page = enter("minji", viewport={"width": 360, "height": 640}).page
    page.goto("/reports/numbers")
    page.evaluate("scrollTo(0, 900)")
    press(page, page.locator("button[name=language]"))
    expect(page.locator("html[lang=en]")).to_have_count(1)
    expect(page.locator("button[name=language]")).to_be_focused()
    assert page.evaluate("scrollY") > 500


def test_what_is_gone_leaves_the_page_at_its_top(enter: Enter) -> None:
    page = enter("jun").page
    page.goto("/me/places/new?kind=city")
    page.fill("#label", "온 도시")
    page.click(".step-acts button")
    remove = page.locator(".given form[action$='/remove'] button").first
    press(page, remove)
    assert page.evaluate("scrollY") == 0
    expect(page.locator(".note .link-button")).to_be_in_viewport()
