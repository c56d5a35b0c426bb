"""A page whose reader was signed out says so, also where others may read it, and asks no more."""

import re

from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import Enter
from tests.browser.test_a_session_ends_under_an_open_page import open_case, sign_out_elsewhere
from tests.browser.visitor import Visitor

# Lets a journey end the page's line as a network does, and keep it from coming back.
LINES = """
const Line = window.WebSocket;
window.lines = [];
window.WebSocket = class extends Line {
  constructor(...how) {
    super(...how);
    window.lines.push(this);
    if (window.cut) setTimeout(() => this.close(), 20);
  }
};
window.cutAll = () => { window.cut = true; for (const one of window.lines) one.close(); };
"""
LOOKS_MS = 70_000


def come_back(visitor: Visitor, who: str) -> None:
    other = visitor.context.new_page()
    visitor.watch(other)
    other.goto("/sign-in/demo")
    other.click(f"button[value={who}]")
    other.wait_for_url("**/")
    other.close()


def asked(page: Page) -> list[Request]:
    """Return where each reading of a part of the page is noted from now on."""
    noted: list[Request] = []
    page.on("request", lambda one: noted.append(one) if "x-partial" in one.headers else None)
    return noted


def test_a_list_everyone_may_read_says_so_as_well(enter: Enter) -> None:
    visitor = enter("minji", viewport={"width": 320, "height": 640})
    page = visitor.page
    page.goto("/reports/")
    page.locator("html[data-live=live]").wait_for()
    sign_out_elsewhere(visitor)
    line = page.locator("[data-signed-out]")
    expect(line).to_be_visible()
    expect(line.locator("a")).to_have_attribute("href", re.compile("next=%2Freports%2F"))
    assert visitor.violations() == []
    assert visitor.sideways() == 0
    come_back(visitor, "minji")
    expect(line).to_be_hidden()


def test_what_another_reads_on_a_shared_phone_is_no_news(enter: Enter) -> None:
    visitor = enter("minji")
    page = visitor.page
    page.goto("/")
    page.locator("html[data-live=live]").wait_for()
    noted = asked(page)
    come_back(visitor, "jun")
    page.wait_for_timeout(7_000)
    assert noted
    expect(page.locator("[data-news]")).to_be_hidden()
    expect(page.locator("[data-signed-out]")).to_be_hidden()


def test_a_case_that_may_not_be_followed_is_read_once_more_and_then_left(enter: Enter) -> None:
    page = open_case(lambda *who, **wishes: prepared(enter(*who, **wishes))).page
    expect(page.locator("[data-signed-out]")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-live", "ended")
    noted = asked(page)
    page.evaluate("() => window.cutAll()")
    page.clock.run_for(LOOKS_MS)
    page.wait_for_timeout(500)
    assert noted == []
    expect(page.locator("[data-signed-out]")).to_be_visible()


def prepared(visitor: Visitor) -> Visitor:
    visitor.context.add_init_script(LINES)
    visitor.page.clock.install()
    return visitor
