"""While the city answers nothing, an open page tries ever more seldom and says it is not live."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, Visitor

# A line that opens, as it does while the database is away, and ends before anybody is let in.
AWAY = """
const Line = window.WebSocket;
window.lines = [];
window.calls = [];
window.WebSocket = function (...how) {
  window.calls.push(Date.now());
  if (!window.away) {
    window.lines.push(new Line(...how));
    return window.lines.at(-1);
  }
  const hello = { sid: "x", upgrades: [], pingInterval: 25000, pingTimeout: 20000 };
  const line = { close() {}, send() {} };
  setTimeout(() => line.onopen?.({}), 10);
  setTimeout(() => line.onmessage?.({ data: "0" + JSON.stringify(hello) }), 20);
  setTimeout(() => line.onclose?.({ code: 1000 }), 30);
  return line;
};
window.leave = () => { window.away = true; for (const one of window.lines) one.close(); };
"""
LIVE = "() => document.documentElement.dataset.live"
CALLS = "() => window.calls.length"
NOT_LIVE = re.compile("reconnecting|stale")
OCCASIONS = {
    "online": "() => dispatchEvent(new Event('online'))",
    "looked at": "() => document.dispatchEvent(new Event('visibilitychange'))",
}


class Outage:
    """A queue that stands open while the city goes away."""

    def __init__(self, visitor: Visitor) -> None:
        self.page, self.away = visitor.page, False
        self.readings = 0
        visitor.context.add_init_script(AWAY)
        self.page.clock.install()
        self.page.goto("/console/?view=new")
        self.page.locator("html[data-live=live]").wait_for()
        self.page.route("**/console/**", self._read)
        self.before = self.page.evaluate(CALLS)

    def _read(self, route: Route) -> None:
        if "x-partial" not in route.request.headers:
            return route.continue_()
        self.readings += 1
        return route.fulfill(status=503, body="") if self.away else route.continue_()

    def begin(self) -> None:
        self.away = True
        self.page.evaluate("() => window.leave()")
        expect(self.page.locator("html")).to_have_attribute("data-live", "reconnecting")

    def last(self, seconds: int) -> None:
        for _ in range(seconds):
            self.page.clock.run_for(1_000)
            self.page.wait_for_timeout(30)
            assert NOT_LIVE.fullmatch(self.page.evaluate(LIVE))

    def end(self) -> None:
        self.away = False
        self.page.evaluate("() => { window.away = false; }")

    @property
    def calls(self) -> int:
        return int(self.page.evaluate(CALLS)) - self.before


@pytest.fixture
def outage(enter: Enter) -> Outage:
    return Outage(enter("soyeon", viewport=DESK, expects_refusals=True, service_workers="block"))


def is_live_soon(page: Page) -> None:
    html = page.locator("html")
    for _ in range(8):
        page.wait_for_timeout(100)
        page.clock.run_for(100)
    expect(html).to_have_attribute("data-live", "live")


def test_it_is_tried_ever_more_seldom(outage: Outage) -> None:
    outage.begin()
    outage.last(90)
    assert 4 <= outage.calls <= 10
    assert 3 <= outage.readings <= 10
    expect(outage.page.locator("[data-live-state]")).to_contain_text("실시간이 아니에요")


@pytest.mark.parametrize("occasion", OCCASIONS)
def test_the_page_is_live_at_once_when_there_is_an_occasion(outage: Outage, occasion: str) -> None:
    outage.begin()
    outage.last(40)
    outage.end()
    outage.page.evaluate(OCCASIONS[occasion])
    is_live_soon(outage.page)
