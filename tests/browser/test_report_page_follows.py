"""A report's open page keeps telling how it stands, beside its story, and loses no typed word."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, a_spot, photo, write_report


def open_marked(page: Page, address: str) -> None:
    """Open a page that may not be read anew: the mark on it would be gone."""
    page.goto(address)
    page.locator("html[data-live=live]").wait_for()
    page.evaluate("window.mark = true")


def answer(page: Page, address: str, status: str) -> None:
    page.goto(address.replace("/reports/", "/console/reports/"))
    page.select_option("#answer-status", status)
    page.fill("#answer-text", "한 걸음 더 갔어요")
    page.click("[data-act=answer] button.warm")
    page.wait_for_url("**/console/reports/*")


def test_the_state_the_followers_and_the_question_follow_without_a_reload(
    enter: Enter, tmp_path: Path
) -> None:
    minji = enter("minji", geolocation=a_spot(), permissions=["geolocation"])
    jun, soyeon = enter("jun", viewport=DESK), enter("soyeon", viewport=DESK)
    address = write_report(minji.page, photo(tmp_path / "lamp.jpg", (60, 90, 200)))
    open_marked(minji.page, address)
    open_marked(jun.page, address)
    expect(jun.page.locator("#promise .chip-open")).to_be_visible()

    answer(soyeon.page, address, "in_progress")
    expect(jun.page.locator("#promise .chip-in_progress")).to_be_visible()

    answer(soyeon.page, address, "fixed")
    expect(jun.page.locator("#promise .chip-fixed")).to_be_visible()
    minji.page.fill("#judge-text", "아직 깜빡거려요")
    minji.page.locator("h1").click()
    jun.page.click("#follow-act")
    expect(minji.page.locator("#following .num")).to_contain_text("2")
    expect(minji.page.locator("#judge-text")).to_have_value("아직 깜빡거려요")
    assert minji.page.evaluate("window.mark") is True
    assert minji.sideways() == 0
    assert minji.violations() == []


WATCH = """() => {
  window.news = [];
  for (const id of ["timeline", "promise", "following"]) {
    const part = document.getElementById(id);
    new MutationObserver(() => window.news.push(id)).observe(part, { childList: true });
  }
}"""


def test_a_step_is_read_out_alone_and_growing_older_is_not(enter: Enter, tmp_path: Path) -> None:
    minji = enter("minji", geolocation=a_spot(), permissions=["geolocation"])
    # While the line is away a step may come that the page then cannot read.
    jun = enter("jun", expects_refusals=True, service_workers="block")
    soyeon = enter("soyeon", viewport=DESK)
    address = write_report(minji.page, photo(tmp_path / "lamp.jpg", (60, 200, 90)))
    page = jun.page
    page.clock.install()
    open_marked(page, address)
    assert page.locator("#timeline[aria-live], #promise[aria-live]").count() == 0
    page.evaluate(WATCH)
    page.locator("#timeline time").first.evaluate("(one) => { one.textContent = '예전'; }")
    # A phone that slept reads all anew.
    jun.context.set_offline(True)
    expect(page.locator("html:not([data-live=live])")).to_be_attached()
    jun.context.set_offline(False)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#timeline time").first).not_to_have_text("예전")
    assert page.evaluate("window.news") == []
    page.clock.fast_forward(20_000)
    page.locator("html[data-live=live]").wait_for()
    answer(soyeon.page, address, "in_progress")
    expect(page.locator("[data-aloud-line]")).to_contain_text("한 걸음 더 갔어요")
    expect(page.locator("#timeline")).to_contain_text("한 걸음 더 갔어요")


NOTE_STATES = """() => { window.states = [];
document.addEventListener("live", ({ detail }) => window.states.push(detail)); }"""


def test_a_reading_that_failed_once_makes_no_page_old_for_good(
    enter: Enter, tmp_path: Path
) -> None:
    here = {"geolocation": a_spot(), "permissions": ["geolocation"]}
    minji = enter("minji", expects_refusals=True, service_workers="block", **here)
    jun, soyeon = enter("jun", viewport=DESK), enter("soyeon", viewport=DESK)
    page = minji.page
    address = write_report(page, photo(tmp_path / "lamp.jpg"))
    answer(soyeon.page, address, "fixed")
    open_marked(page, address)
    page.fill("#judge-text", "아직 깜빡거려요")
    page.evaluate(NOTE_STATES)
    page.route("**/standing", lambda one: one.fulfill(status=503, body=""), times=1)
    jun.page.goto(address)
    jun.page.click("#follow-act")
    page.wait_for_function("() => window.states.some((one) => one !== 'live')")
    expect(page.locator("#following .num")).to_contain_text("2")
    expect(page.locator("html")).to_have_attribute("data-live", "live")
    expect(page.locator("#judge-text")).to_have_value("아직 깜빡거려요")
