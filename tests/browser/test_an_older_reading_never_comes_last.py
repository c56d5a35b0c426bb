"""Of what is read anew nothing older is put over what is newer, and what hangs is given up."""

import contextlib
import re
from pathlib import Path

from playwright.sync_api import Error, Page, Route, expect

from tests.browser.conftest import Enter
from tests.browser.test_a_stalled_line_is_no_dead_end import IMPATIENT
from tests.browser.visitor import DESK, Visitor, a_spot, photo, write_report


class Held:
    """Holds the first reading back, as it was when it was asked for, or all until it is told."""

    def __init__(self, page: Page, *, all_of_them: bool = False) -> None:
        self.page, self.all = page, all_of_them
        self.first: Route | None = None
        self.body = ""
        page.route("**/console/**", self._read)

    def _read(self, route: Route) -> None:
        if "x-partial" not in route.request.headers or (self.first and not self.all):
            return route.continue_()
        if self.first:
            return None
        self.first = route
        self.body = route.fetch().text()
        return None

    def wait(self) -> None:
        for _ in range(100):
            if self.body:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("nothing was read")

    def let_go(self) -> None:
        assert self.first
        # It may have been given up by now.
        with contextlib.suppress(Error):
            self.first.fulfill(status=200, body=self.body, content_type="text/html")


def queue(enter: Enter, script: str = "", *, all_of_them: bool = False) -> tuple[Visitor, Held]:
    visitor = enter("soyeon", viewport=DESK, expects_refusals=True, service_workers="block")
    visitor.context.add_init_script(script)
    visitor.page.goto("/console/?view=new")
    visitor.page.locator("html[data-live=live]").wait_for()
    return visitor, Held(visitor.page, all_of_them=all_of_them)


def report(enter: Enter, picture: Path) -> str:
    minji = enter("minji", geolocation=a_spot(), permissions=["geolocation"])
    return write_report(minji.page, picture).split("/")[-1]


def test_what_was_read_before_is_not_put_over_it(enter: Enter, tmp_path: Path) -> None:
    visitor, held = queue(enter)
    page = visitor.page
    report(enter, photo(tmp_path / "one.jpg", (90, 120, 40)))
    held.wait()
    second = report(enter, photo(tmp_path / "two.jpg", (90, 40, 120)))
    page.wait_for_timeout(1_000)
    held.let_go()
    page.wait_for_timeout(2_000)
    expect(page.locator(f"#row-{second}")).to_be_attached()
    expect(page.locator("html")).to_have_attribute("data-live", "live")


def test_one_that_hangs_is_given_up_and_done_again(enter: Enter, tmp_path: Path) -> None:
    visitor, held = queue(enter, IMPATIENT, all_of_them=True)
    page = visitor.page
    key = report(enter, photo(tmp_path / "lamp.jpg", (40, 120, 90)))
    held.wait()
    expect(page.locator("html")).to_have_attribute("data-live", re.compile("reconnecting|stale"))
    held.all = False
    expect(page.locator(f"#row-{key}")).to_be_attached()
    expect(page.locator("html")).to_have_attribute("data-live", "live")
