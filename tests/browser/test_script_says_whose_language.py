"""Names and words that script puts into a page say their language, as those of the server do."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, a_spot, photo, say_where_one_is


def test_places_that_are_offered_and_what_is_sent_are_read_in_theirs(
    enter: Enter, tmp_path: Path
) -> None:
    minji = enter("minji", lang="en", geolocation=a_spot(), permissions=["geolocation"])
    page = minji.page
    page.goto("/reports/new")
    page.set_input_files("#photo", str(photo(tmp_path / "lamp.jpg", (60, 90, 120))))
    page.click("[data-next]")
    # The next question takes the focus as it comes.
    expect(page.locator("#q-place")).to_be_focused()
    page.locator("#place").press_sequentially("시청")
    offered = page.locator("#places [role=option]").first
    expect(offered).to_have_attribute("lang", "ko")
    page.locator("#place").fill("")
    page.click("[data-back]")
    say_where_one_is(page)
    page.check("input[value=street_light]")
    page.click("[data-next]")
    page.locator("#text, [data-near-list] .near").locator("visible=true").first.wait_for()
    if not page.locator("#text").is_visible():
        page.click("[data-next]")
    page.fill("#text", "가로등이 깜빡여요")
    page.click("[data-next]")
    words = page.locator("[data-sum-text] dd").first
    expect(words).to_have_text("가로등이 깜빡여요")
    expect(words).to_have_attribute("lang", "ko")
    expect(page.locator("[data-sum-kind] dd").first).not_to_have_attribute("lang", "ko")
    expect(page.locator("[data-sum-place] dd").first).to_have_attribute("lang", "ko")


def test_marks_of_the_map_are_read_in_theirs(enter: Enter) -> None:
    for lang, theirs in (("en", "ko"), ("ko", None)):
        page = enter(lang=lang, viewport=DESK).page
        page.goto("/reports/map?lat=34.2101&lon=127.9121&z=17")
        mark = page.locator(".map-pin").first
        mark.wait_for()
        assert mark.get_attribute("lang") == theirs
        expect(page.locator(".sheet .report-title a").first).to_be_visible()
        assert page.locator(".map-ring[lang]").count() == 0
