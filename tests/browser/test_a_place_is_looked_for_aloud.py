"""Indoors a phone needs a quarter of a minute for where it is. Who pressed the button is told that
it looks, on screen and to a screen reader, and pressing again asks no second time."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter

# A phone that answers when the test lets it, and counts how often it was asked.
SLOW = """Object.defineProperty(navigator, "geolocation", { value: {
  getCurrentPosition(found, failed) {
    window.asked = (window.asked ?? 0) + 1;
    window.answer = () => failed({ code: 3 });
  } } });"""


@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/", "[data-here]"),
        ("/reports/map", "[data-locate]"),
        ("/me/places/new", "[data-locate]"),
        ("/reports/new", "[data-locate]"),
    ],
)
def test_who_waits_for_their_place_is_told(enter: Enter, path: str, button: str) -> None:
    visitor = enter("minji", lang="en")
    visitor.context.add_init_script(SLOW)
    page = visitor.page
    page.goto(path)
    if path == "/reports/new":
        page.click("[data-next]")
    locate = page.locator(button)
    locate.click()
    told = page.locator("[data-toasts][role=status]")
    expect(told).to_contain_text("Looking for your place")
    expect(locate).to_have_attribute("aria-busy", "true")
    locate.click(force=True)
    assert page.evaluate("window.asked") == 1
    page.evaluate("window.answer()")
    expect(told).to_contain_text("could not be found")
    expect(locate).not_to_have_attribute("aria-busy", "true")
