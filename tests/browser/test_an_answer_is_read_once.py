"""The card of an answer goes once the report's story was really looked at, or by its own button."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.test_report_page_follows import answer
from tests.browser.visitor import DESK, Visitor, a_spot, photo, write_report

SMALL = {"width": 360, "height": 500}


def told(enter: Enter, folder: Path, colour: tuple[int, int, int]) -> tuple[Visitor, str]:
    """Return minji and the address of a report of hers that the city answered."""
    minji = enter("minji", geolocation=a_spot(), permissions=["geolocation"], viewport=SMALL)
    address = write_report(minji.page, photo(folder / "lamp.jpg", colour))
    answer(enter("soyeon", viewport=DESK).page, address, "in_progress")
    return minji, address


def card(page: Page, address: str) -> str:
    """Return the selector of the card that leads to a report."""
    return f".home-cards article:has(a[href='/reports/{address.rsplit('/', 1)[1]}'])"


def test_the_card_goes_once_the_story_was_looked_at(enter: Enter, tmp_path: Path) -> None:
    minji, address = told(enter, tmp_path, (200, 90, 60))
    page = minji.page
    page.goto("/")
    mine = page.locator(card(page, address))
    expect(mine).to_be_visible()
    mine.locator(".card-act").click()
    page.wait_for_url("**/reports/*")
    # The story stands below the picture: whoever saw that alone has read nothing.
    page.wait_for_timeout(1500)
    expect(page.locator("form[data-read]")).to_have_count(1)
    with page.expect_response("**/me/news/*/read") as heard:
        page.locator("#timeline li:last-child").scroll_into_view_if_needed()
    assert heard.value.status == 303
    page.go_back()
    page.wait_for_url("**/")
    page.locator("html[data-script]").wait_for()
    expect(mine).to_have_count(0)
    page.goto("/")
    expect(mine).to_have_count(0)


def test_an_answer_that_comes_under_an_open_page_is_read_there(
    enter: Enter, tmp_path: Path
) -> None:
    minji, address = told(enter, tmp_path, (60, 90, 250))
    page = minji.page
    page.goto(address)
    page.locator("html[data-live=live]").wait_for()
    with page.expect_response("**/me/news/*/read"):
        page.locator("#timeline li:last-child").scroll_into_view_if_needed()
    with page.expect_response("**/me/news/*/read"):
        answer(enter("soyeon", viewport=DESK).page, address, "fixed")
        expect(page.locator("#timeline .chip-fixed")).to_be_visible()
        page.locator("#timeline li:last-child").scroll_into_view_if_needed()
    page.goto("/")
    expect(page.locator(card(page, address))).to_have_count(0)


def test_a_card_is_taken_away_and_brought_back_by_keyboard(enter: Enter, tmp_path: Path) -> None:
    minji, address = told(enter, tmp_path, (90, 200, 160))
    page = minji.page
    page.goto("/")
    mine = page.locator(card(page, address))
    button = mine.get_by_role("button", name="치우기")
    act, away = mine.locator(".card-act").bounding_box(), button.bounding_box()
    assert act
    assert away
    assert act["x"] + act["width"] <= away["x"], "one lies over the other"
    assert min(away["width"], away["height"]) >= 44
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/?read=*")
    expect(mine).to_have_count(0)
    expect(page.locator("main .note[autofocus]")).to_be_focused()
    assert minji.violations() == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    expect(mine).to_be_visible()
    # What the browser kept of the page may be older than what was read since.
    page.evaluate("window.mark = true")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    page.wait_for_function("window.mark === undefined")
