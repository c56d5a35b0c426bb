"""What lies at one place is one ring: every mark on the map can be touched with a thumb."""

import math

from playwright.sync_api import Locator, Page

from tests.browser.conftest import Enter

ROUNDS = """() => [...document.querySelectorAll('.map-ring, .map-pin')].map((mark) => {
  const { x, y, width } = mark.getBoundingClientRect();
  return [x + width / 2, y + width / 2, width / 2];
})"""


def overlapping(rounds: list[list[float]]) -> int:
    return sum(
        math.dist(a[:2], b[:2]) < a[2] + b[2] for i, a in enumerate(rounds) for b in rounds[:i]
    )


def test_no_mark_covers_another_at_any_zoom(enter: Enter) -> None:
    page = enter().page
    for zoom in (13, 14, 16):
        page.goto(f"/reports/map?z={zoom}")
        page.wait_for_selector(".map-ring, .map-pin", state="attached")
        rounds = page.evaluate(ROUNDS)
        assert len(rounds) > 1
        assert overlapping(rounds) == 0


def middle(one: Locator) -> tuple[float, float]:
    box = one.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, by: tuple[float, float]) -> None:
    """Draw the map along and hold still, so that it does not glide on."""
    page.mouse.move(180, 170)
    page.mouse.down()
    page.mouse.move(180 + by[0], 170 + by[1], steps=6)
    page.wait_for_timeout(300)
    page.mouse.up()


def test_a_mark_that_a_button_covers_hides_until_the_map_moves(enter: Enter) -> None:
    page = enter().page
    page.goto("/reports/map?z=14")
    page.wait_for_selector(".map-ring")
    button = page.get_by_role("button", name="내 위치 보기")
    mark = page.locator(".map-ring").first.element_handle()
    held = page.locator(".map-ring").first
    (x, y), (to_x, to_y) = middle(held), middle(button)
    drag(page, (to_x - x, to_y - y))
    page.wait_for_selector(".map-under", state="attached")
    assert not mark.is_visible()
    drag(page, (x - to_x, y - to_y))
    assert mark.is_visible()
