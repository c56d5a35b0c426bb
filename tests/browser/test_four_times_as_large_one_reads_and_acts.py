"""At four times its size a page has the room of 320 by 256 points (WCAG 2.2, 1.4.10): nothing that
stays in its place stands over the few lines there are, or over what has the focus (2.4.11)."""

import pytest

from tests.browser.conftest import Enter
from tests.browser.visitor import Visitor

ROOM = {"width": 320, "height": 256}
# How much of the window is covered by what does not scroll with the page.
COVERED = """() => [...document.querySelectorAll(".top, .bar, .step-foot")].filter((one) =>
    ["fixed", "sticky"].includes(getComputedStyle(one).position))
  .reduce((sum, one) => sum + one.getBoundingClientRect().height, 0)"""
FREE = """() => { const one = document.activeElement;
  const { left, top, width, bottom } = one.getBoundingClientRect();
  const middle = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
  const at = document.elementFromPoint(left + width / 2, middle);
  return at !== null && (one.contains(at) || at.contains(one)); }"""


@pytest.fixture
def near(enter: Enter) -> Visitor:
    return enter("minji", viewport=ROOM)


@pytest.mark.parametrize("path", ["/", "/reports/", "/reports/new", "/me/places/new"])
def test_the_page_has_the_window_to_itself(near: Visitor, path: str) -> None:
    near.page.goto(path)
    near.page.locator("html[data-script]").wait_for()
    assert near.page.evaluate(COVERED) <= ROOM["height"] / 4
    assert near.sideways() == 0


def test_what_has_the_focus_is_seen(near: Visitor) -> None:
    page = near.page
    page.goto("/reports/new")
    page.click("[data-next]")
    page.locator("#place").wait_for()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        # A moment after the key the page may still be on its way to it.
        page.wait_for_function(FREE, timeout=5_000)
