"""What the page says of its own freshness is true, with and without a socket."""

import re
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, a_spot, photo, write_report

# A browser whose line lets no socket through.
NO_SOCKET = """
window.WebSocket = class {
  constructor() {
    setTimeout(() => this.onerror?.(new Event("error")), 50);
    setTimeout(() => this.onclose?.({}), 60);
  }
  close() {}
  send() {}
};
"""
STATE = re.compile("reconnecting|stale")


def test_a_queue_that_cannot_be_read_again_is_not_called_live(enter: Enter, tmp_path: Path) -> None:
    soyeon = enter("soyeon", viewport=DESK, expects_refusals=True, service_workers="block")
    page = soyeon.page
    page.goto("/console/?view=new")
    page.locator("html[data-live=live]").wait_for()

    def down(route: Route) -> None:
        if route.request.headers.get("x-partial"):
            route.fulfill(status=503, body="")
        else:
            route.continue_()

    page.route("**/console/**", down)
    minji = enter("minji", geolocation=a_spot(), permissions=["geolocation"])
    key = write_report(minji.page, photo(tmp_path / "lamp.jpg")).split("/")[-1]
    html = page.locator("html")
    expect(html).to_have_attribute("data-live", STATE)
    expect(page.locator("[data-live-state]")).not_to_have_text("실시간이에요", use_inner_text=True)
    page.wait_for_timeout(1500)
    expect(html).to_have_attribute("data-live", STATE)
    page.unroute("**/console/**")
    expect(page.locator(f"#row-{key}")).to_be_attached()
    expect(html).to_have_attribute("data-live", "live")


def looked_again(page: Page) -> None:
    """Wait until the map reads what is in view because it is time to."""
    with page.expect_response("**/map/list*"):
        page.clock.fast_forward(20_000)
        page.wait_for_timeout(300)
        page.clock.fast_forward(1_000)
    page.wait_for_timeout(300)


def test_a_map_that_looks_for_itself_is_as_old_as_its_last_look(enter: Enter) -> None:
    jun = enter("jun", service_workers="block")
    page = jun.page
    page.add_init_script(NO_SOCKET)
    page.clock.install()
    page.goto("/reports/map")
    expect(page.locator("html")).to_have_attribute("data-live", "reconnecting")
    for _ in range(3):
        looked_again(page)
        page.clock.fast_forward(10_000)
        expect(page.locator("html")).to_have_attribute("data-live", "reconnecting")
    page.route("**/map/list*", lambda route: route.fulfill(status=503, body=""))
    jun.expects_refusals = True
    page.clock.fast_forward(20_000)
    page.wait_for_timeout(300)
    page.clock.fast_forward(40_000)
    expect(page.locator("[data-live-state]")).to_contain_text("1분")
