"""The sheet of the map stays where it was dragged to."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter


def drag(page: Page, by: int) -> None:
    grip = page.locator("[data-sheet-grip]").bounding_box()
    assert grip
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(x, y + by * step / 5)
    page.mouse.up()


def test_a_grip_dragged_by_a_mouse_is_no_tap(enter: Enter) -> None:
    page = enter("jun").page
    page.goto("/reports/map")
    sheet, grip = page.locator("[data-sheet]"), page.locator("[data-sheet-grip]")
    page.locator("html[data-live=live]").wait_for()
    drag(page, -330)
    expect(sheet).to_have_attribute("data-stop", "full")
    page.wait_for_timeout(200)
    expect(sheet).to_have_attribute("data-stop", "full")
    grip.click()
    expect(sheet).to_have_attribute("data-stop", "peek")
    grip.press("Enter")
    expect(sheet).to_have_attribute("data-stop", "half")
