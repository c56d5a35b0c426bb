"""Who takes a page to a meeting, or files it, reads on paper what the screen told: by day, whole,
with moments for ages, and without what cannot be pressed there."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, Visitor

# A4 at 96 points an inch, less its margins.
PAPER = {"width": 700, "height": 1000}
PALE = "getComputedStyle(document.body).backgroundColor"


def on_paper(visitor: Visitor, path: str) -> Page:
    page = visitor.page
    page.goto(path)
    page.set_viewport_size(PAPER)  # type: ignore[arg-type]
    page.emulate_media(media="print")
    return page


def test_what_was_read_by_night_is_printed_by_day(enter: Enter) -> None:
    visitor = enter("minji", viewport=DESK)
    visitor.page.goto("/reports/")
    by_day = visitor.page.evaluate(PALE)
    switch = visitor.page.get_by_role("button", name="어두운 화면")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    assert visitor.page.evaluate(PALE) != by_day
    visitor.page.emulate_media(media="print")
    assert visitor.page.evaluate(PALE) == by_day


def test_a_report_is_printed_with_its_moments_and_without_its_buttons(enter: Enter) -> None:
    visitor = enter("minji", viewport=DESK)
    visitor.page.goto("/reports/?status=fixed")
    found = visitor.page.locator(".report-title a").first.get_attribute("href")
    page = on_paper(visitor, str(found))
    assert (
        page.locator(":is(.ds-button, .map-small, .bar, .top)").locator("visible=true").count() == 0
    )
    told = page.locator(".thread-head time").first
    shown = "(t) => [getComputedStyle(t).fontSize, getComputedStyle(t, '::after').content]"
    size, content = told.evaluate(shown)
    assert size == "0px"
    assert content.strip('"') == told.get_attribute("title")


def test_a_wide_table_is_printed_whole(enter: Enter) -> None:
    page = on_paper(enter(viewport=DESK), "/reports/numbers")
    for wrap in page.locator(".table-wrap").all():
        wide = wrap.evaluate(
            "(w) => [w.scrollWidth - w.clientWidth, getComputedStyle(w).overflowX]"
        )
        assert wide[0] <= 0 or wide[1] == "visible", wide
    cross = page.locator(".table-cross").bounding_box()
    assert cross is not None
    assert cross["x"] + cross["width"] <= PAPER["width"]


def test_a_case_is_printed_without_its_forms(enter: Enter) -> None:
    visitor = enter("soyeon", viewport=DESK)
    visitor.page.goto("/console/?view=live")
    found = visitor.page.locator(".queue-title a").first.get_attribute("href")
    page = on_paper(visitor, str(found))
    expect(page.locator("#case-title")).to_be_visible()
    expect(page.locator(".case textarea").locator("visible=true")).to_have_count(0)
