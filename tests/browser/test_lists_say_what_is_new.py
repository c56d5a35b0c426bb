"""An open list says how many new reports there are, and moves nothing its reader looks at."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, a_spot, photo, write_report


def open_still(page: Page, path: str) -> str:
    page.goto(path)
    page.locator("html[data-live=live]").wait_for()
    expect(page.locator("[data-news]")).to_be_hidden()
    return page.locator("main").inner_text()


def test_a_list_and_the_first_page_say_what_is_new(enter: Enter, tmp_path: Path) -> None:
    minji = enter("minji", geolocation=a_spot(), permissions=["geolocation"])
    jun, reader = enter("jun", viewport=DESK), enter(lang="en")
    before = open_still(jun.page, "/reports/?category=street_light")
    open_still(reader.page, "/")

    address = write_report(minji.page, photo(tmp_path / "lamp.jpg", (30, 160, 160)))

    for visitor in (jun, reader):
        expect(visitor.page.locator("[data-news]")).to_be_visible()
        assert visitor.sideways() == 0
        assert visitor.violations() == []
    after = (
        jun.page.locator("main").inner_text().replace(jun.page.locator(".news").inner_text(), "")
    )
    assert after.split() == before.split()
    jun.page.click("[data-news]")
    card = jun.page.locator(f'.reports a[href="/reports/{address.rsplit("/", 1)[1]}"]')
    expect(card.first).to_be_visible()
    expect(jun.page.locator("[data-news]")).to_be_hidden()
