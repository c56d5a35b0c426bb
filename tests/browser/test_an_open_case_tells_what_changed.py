"""A colleague goes on while a moderator writes: the case says so, the answer waits for a look."""

from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK

WORDS = "내일 아침에 가서 볼게요."
NOTE = "부품을 주문해 두었어요."


def test_it_says_so_live_and_what_was_written_goes_out_after_a_look(enter: Enter) -> None:
    page = enter("soyeon", viewport=DESK, expects_refusals=True).page
    page.goto("/console/?view=new")
    page.locator("[data-row] a").last.click()
    page.locator(".case").wait_for()
    page.locator("html[data-live=live]").wait_for()
    case = page.url.split("?")[0]
    page.select_option("#answer-status", "in_progress")
    page.locator("#answer-text").fill(WORDS)
    other = enter("taeho", viewport=DESK).page
    other.goto(case)
    other.locator("[data-act=note] summary").click()
    other.locator("#note-text").fill(NOTE)
    other.locator("[data-act=note] button").click()
    expect(page.locator("#case-news")).to_contain_text(NOTE)
    expect(page.locator("#case-news")).to_be_in_viewport()
    expect(page.locator("#answer-text")).to_have_value(WORDS)
    expect(page.locator("#answer-status")).to_have_value("in_progress")
    page.locator("[data-act=answer] button").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#answer-text")).to_have_value(WORDS)
    expect(page.locator("#answer-status")).to_have_value("in_progress")
    expect(page.locator("#case-news")).to_contain_text(NOTE)
    page.locator("[data-act=answer] button").click()
    expect(page.locator("[data-fades]")).to_be_visible()
    page.goto(case.replace("/console", ""))
    expect(page.locator(".thread")).to_contain_text(WORDS)
