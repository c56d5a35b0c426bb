"""A browser that keeps nothing for a page takes nothing of the page away."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.visitor import a_spot, photo, write_report

DENIED = """for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window,
name, { configurable: true, get() { throw new DOMException('denied', 'SecurityError'); } });"""
FULL = """Storage.prototype.setItem = () => {
throw new DOMException('full', 'QuotaExceededError'); };"""
WHO = "() => localStorage.getItem('madang.who')"
SAID = "document.dispatchEvent(new CustomEvent('say', { detail: { text: 'said', kind: 'x' } }))"


@pytest.mark.parametrize("storage", [DENIED, FULL])
def test_a_page_is_whole_without_storage(enter: Enter, tmp_path: Path, storage: str) -> None:
    here = {"geolocation": a_spot(), "permissions": ["geolocation"]}
    told = write_report(enter("minji", **here).page, photo(tmp_path / "lamp.jpg"))
    visitor = enter("jun", service_workers="block")
    page = visitor.page
    page.add_init_script(storage)
    page.goto(told)
    page.locator("html[data-live=live]").wait_for()
    page.evaluate(SAID)
    expect(page.locator("[data-toasts]")).to_contain_text("said")


@pytest.mark.parametrize("storage", [DENIED, FULL])
def test_a_report_is_written_without_storage(enter: Enter, tmp_path: Path, storage: str) -> None:
    here = {"geolocation": a_spot(), "permissions": ["geolocation"]}
    visitor = enter("minji", service_workers="block", **here)
    visitor.page.add_init_script(storage)
    write_report(visitor.page, photo(tmp_path / "lamp.jpg"))


@pytest.mark.parametrize("storage", [DENIED, FULL])
def test_what_is_near_is_shown_without_storage(enter: Enter, storage: str) -> None:
    here = {"geolocation": a_spot(), "permissions": ["geolocation"]}
    page = enter(lang="en", service_workers="block", **here).page
    page.add_init_script(storage)
    page.goto("/")
    page.click("[data-here]")
    expect(page.locator("#here-title")).to_have_text("Near where you are")
    page.click("[data-here-forget]")
    expect(page.locator("#here-title")).to_have_text("Newest in the whole city")


def test_the_one_before_is_nobody_where_there_is_no_room_for_another(enter: Enter) -> None:
    visitor = enter("jun", service_workers="block")
    page = visitor.page
    page.goto("/")
    before = page.evaluate(WHO)
    assert before
    page.add_init_script(FULL)
    visitor.come_as("minji")
    page.goto("/")
    page.locator("html[data-script=on]").wait_for()
    assert page.evaluate(WHO) is None
