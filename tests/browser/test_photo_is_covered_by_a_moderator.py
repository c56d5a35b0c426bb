"""A moderator covers parts of a photo, by pointer or keyboard; the cover comes off again."""

from pathlib import Path

import pyvips
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, Keep
from tests.browser.visitor import DESK, Visitor, a_spot, photo, write_report

IN_CACHES = """async () => (await Promise.all((await caches.keys()).map(async (name) =>
  (await (await caches.open(name)).keys()).map((one) => one.url)))).flat()
  .filter((url) => url.includes("/media/"))"""


def case_with_photo(enter: Enter, picture: Path) -> str:
    """Return the address of a new report's case."""
    page = enter("jun", lang="en", geolocation=a_spot(), permissions=["geolocation"]).page
    address = write_report(page, picture)
    assert page.evaluate(IN_CACHES) == []
    page.goto("about:blank")
    return address.replace("/reports/", "/console/reports/")


def picture_of(page: Page) -> str:
    return str(page.locator(".case-photo").get_attribute("src"))


def test_boxes_are_drawn_and_what_they_cover_is_gone(
    enter: Enter, tmp_path: Path, keep: Keep
) -> None:
    case = case_with_photo(enter, photo(tmp_path / "lamp.jpg"))
    visitor = enter("soyeon", lang="en", viewport=DESK, reduced_motion="reduce")
    page = visitor.page
    page.goto(case)
    before = picture_of(page)
    visitor.gone.add(before)
    page.locator('[data-act="redact"] summary').click()
    expect(page.get_by_role("button", name="Add a box")).to_be_visible()
    page.locator("figure.photo-frame").scroll_into_view_if_needed()
    area = page.locator("figure.photo-frame").bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + area["width"] * 0.4, area["y"] + area["height"] * 0.1)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.6, area["y"] + area["height"] * 0.5, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Add a box").press("Enter")
    second = page.get_by_role("button", name="Place of your own 2, covered")
    expect(second).to_be_focused()
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    keep(page, "console-cover")
    assert visitor.violations() == []
    page.get_by_role("button", name="Cover it").press("Enter")
    page.wait_for_load_state("load")
    after = picture_of(page)
    assert after != before
    pixels = pyvips.Image.new_from_buffer(page.request.get(after).body(), "").numpy()
    high, wide = pixels.shape[:2]
    assert (
        pixels[int(0.13 * high) : int(0.47 * high), int(0.42 * wide) : int(0.58 * wide)].max() < 12
    )
    assert page.request.get(before).status == 404
    look_and_uncover(visitor, before)


def look_and_uncover(visitor: Visitor, before: str) -> None:
    page = visitor.page
    page.locator('[data-act="redact"] summary').click()
    page.get_by_role("button", name="Look at it; the look is noted").click()
    expect(page.locator("h1")).to_have_text("The photo as it was sent")
    expect(page.locator("img.original")).to_be_visible()
    assert visitor.violations() == []
    assert visitor.sideways() == 0
    page.get_by_role("link", name="Back to the case").click()
    page.locator('[data-act="redact"] summary').click()
    page.get_by_role("button", name="Take the cover off").click()
    page.wait_for_load_state("load")
    assert picture_of(page) == before
    assert page.request.get(before).status == 200


def test_boxes_that_were_not_taken_are_drawn_again(enter: Enter, tmp_path: Path) -> None:
    case = case_with_photo(enter, photo(tmp_path / "lamp.jpg"))
    visitor = enter("soyeon", lang="en", viewport=DESK, reduced_motion="reduce")
    visitor.expects_refusals = True
    page = visitor.page
    page.goto(case)
    page.locator('[data-act="redact"] summary').click()
    add = page.get_by_role("button", name="Add a box")
    add.press("Enter")
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    add.press("Enter")
    drawn = page.locator("button.cover")
    places = [str(drawn.nth(n).get_attribute("style")) for n in range(2)]
    # Somebody answered meanwhile.
    page.eval_on_selector('[data-act="redact"] [name=seen]', "field => field.value = '0'.repeat(8)")
    with page.expect_response("**/redact*") as refused:
        page.get_by_role("button", name="Cover it").press("Enter")
    assert refused.value.status == 409
    expect(drawn).to_have_count(2)
    assert [str(drawn.nth(n).get_attribute("style")) for n in range(2)] == places
