"""A photo the browser never gets ready stays on the phone, and says so: the report goes on."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.test_photo_is_covered_before_it_leaves import LEAVES, WEBP, send
from tests.browser.test_report_waits_for_a_line import SCRIPTED
from tests.browser.visitor import Visitor, photo

STAYS = "The photo stays here"
ENOUGH_MS = 20_000
# A browser that begins to open a picture, and never comes to an end.
NEVER_OPENS = """() => {
  window.opens = window.createImageBitmap;
  window.createImageBitmap = () => { window.begun = true; return new Promise(() => {}); };
}"""
OPENS_AGAIN = "() => { window.createImageBitmap = window.opens; }"
NEVER_WRITES = "() => { HTMLCanvasElement.prototype.toBlob = () => { window.begun = true; }; }"


def choose(visitor: Visitor, picture: Path, fault: str) -> Page:
    """Return the form, at its first question, with a photo that got stuck."""
    page = visitor.page
    page.clock.install()
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)
    page.evaluate(fault)
    page.set_input_files("#photo", str(picture))
    page.wait_for_function("() => window.begun")
    return page


def wait_long(page: Page) -> None:
    page.click("[data-next]")
    expect(page.locator("[data-next]")).to_have_attribute("aria-busy", "true")
    page.clock.run_for(ENOUGH_MS)
    expect(page.locator("#q-place")).to_be_visible()
    expect(page.locator(".toasts")).to_contain_text(STAYS)


def test_the_report_is_sent_without_it(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", lang="en", service_workers="block")
    page = choose(visitor, photo(tmp_path / "lamp.jpg"), NEVER_OPENS)
    wait_long(page)
    page.click("[data-back]")
    expect(page.locator("[data-covers-said]")).to_contain_text(STAYS)
    assert visitor.violations() == []
    page.clock.resume()
    send(page, "A photo that got stuck")
    expect(page.locator("main img[src*='/media/']")).to_have_count(0)


def test_it_is_chosen_once_more(enter: Enter, tmp_path: Path) -> None:
    visitor, picture = enter("jun", lang="en", service_workers="block"), tmp_path / "lamp.jpg"
    page = choose(visitor, photo(picture), NEVER_OPENS)
    wait_long(page)
    page.click("[data-back]")
    page.evaluate(OPENS_AGAIN)
    page.set_input_files("#photo", str(picture))
    page.wait_for_function(WEBP)
    expect(page.locator("[data-shots-list] > li")).to_have_count(1)


def test_who_takes_it_out_waits_no_longer(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", lang="en", service_workers="block")
    page = choose(visitor, photo(tmp_path / "lamp.jpg"), NEVER_OPENS)
    page.click("[data-next]")
    page.click("[data-shot-remove]")
    page.clock.run_for(1_000)
    expect(page.locator("#q-place")).to_be_visible()
    expect(page.locator(".toasts")).not_to_contain_text(STAYS)


def test_what_cannot_be_written_out_never_leaves(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", lang="en", service_workers="block")
    page = choose(visitor, photo(tmp_path / "lamp.jpg"), NEVER_WRITES)
    page.get_by_label("Cover these places").focus()
    page.clock.run_for(ENOUGH_MS)
    expect(page.locator(".toasts")).to_contain_text(STAYS)
    expect(page.locator("[data-shots-list] h3")).to_be_focused()
    page.click("[data-next]")
    expect(page.locator("#q-place")).to_be_visible()
    assert page.evaluate(LEAVES) == []
