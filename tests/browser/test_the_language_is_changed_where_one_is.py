"""Who changes the language stays where they are, and loses nothing without being told."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.test_a_waiting_report_needs_a_look import ROW, write_offline
from tests.browser.test_report_waits_for_a_line import SCRIPTED
from tests.browser.visitor import Visitor, photo

STICKER = "/reports/new?asset=HN-0001"
# Puts words in the place of those that are there, as if they had been typed.
TYPE = """(field, words) => { field.value = words;
field.dispatchEvent(new Event('input', { bubbles: true })); }"""


def test_a_map_keeps_its_place_and_what_narrows_it(enter: Enter) -> None:
    page = enter().page
    page.goto("/reports/map?lat=34.2100&lon=127.9100&z=16")
    page.locator('[data-filter="state"][data-value="settled"]').click()
    expect(page).to_have_url(re.compile("state=settled"))
    page.click("button[name=language]")
    page.locator("html[lang=en]").wait_for()
    expect(page).to_have_url(re.compile("z=16.*state=settled"))
    expect(page).to_have_url(re.compile(r"lat=34\.2"))
    chosen = page.locator('[data-filter="state"][aria-current]')
    expect(chosen).to_have_attribute("data-value", "settled")


def test_chosen_photos_are_not_dropped_without_a_word(enter: Enter, tmp_path: Path) -> None:
    page = enter("jun").page
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)
    page.set_input_files("#photo", str(photo(tmp_path / "tree.jpg")))
    expect(page.locator("[data-shots-list] .covers")).to_have_count(1)
    page.click("button[name=language]")
    expect(page.locator(".toast")).to_contain_text("고른 사진이 사라져요")
    expect(page.locator("[data-shots-list] .covers")).to_have_count(1)
    page.click("button[name=language]")
    page.locator("html[lang=en]").wait_for()
    page.wait_for_function(SCRIPTED)
    page.click("button[name=language]")
    page.locator("html[lang=ko]").wait_for()


def kept(enter: Enter, picture: Path, words: str) -> Visitor:
    """Return jun where the form says that what they wrote waits; the city takes no report."""
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    visitor.context.route(
        "**/reports/",
        lambda one: one.abort() if one.request.method == "POST" else one.continue_(),
    )
    write_offline(visitor, picture, words, "구름로 21")
    visitor.context.set_offline(False)
    return visitor


def in_english(page: Page) -> None:
    page.click("button[name=language]")
    page.locator("html[lang=en]").wait_for()


def back_in_korean(page: Page) -> None:
    page.click("button[name=language]")
    page.locator("html[lang=ko]").wait_for()


def test_what_is_corrected_in_one_that_waits_is_kept(enter: Enter, tmp_path: Path) -> None:
    page = kept(enter, photo(tmp_path / "tree.jpg"), "고치기 전의 말").page
    # The form is gone, and nothing in it is lost.
    in_english(page)
    back_in_korean(page)
    page.goto("/reports/unsent")
    page.click(f"{ROW} [data-row-open]")
    page.wait_for_function(SCRIPTED)
    page.wait_for_function("() => document.querySelector('#photo').files.length === 1")
    page.locator("#text").evaluate(TYPE, "고친 뒤의 말")
    in_english(page)
    page.wait_for_function(SCRIPTED)
    expect(page.locator("#text")).to_have_value("고친 뒤의 말")
    expect(page.locator("#place")).to_have_value("구름로 21")
    page.wait_for_function("() => document.querySelector('#photo').files.length === 1")
    page.set_input_files("#photo", str(photo(tmp_path / "lamp.jpg")))
    expect(page.locator("[data-shots-list] .covers")).to_have_count(2)
    page.click("button[name=language]")
    expect(page.locator(".toast")).to_contain_text("photos you chose are gone")
    back_in_korean(page)


def test_what_a_sticker_began_is_kept_beside_what_one_began_oneself(enter: Enter) -> None:
    page = enter("jun").page
    for address, words in (("/reports/new", "따로 쓰던 말"), (STICKER, "스티커로 쓰던 말")):
        page.goto(address)
        page.wait_for_function(SCRIPTED)
        page.locator("#text").evaluate(TYPE, words)
    in_english(page)
    page.wait_for_function(SCRIPTED)
    expect(page.locator("#text")).to_have_value("스티커로 쓰던 말")
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)
    expect(page.locator("#text")).to_have_value("따로 쓰던 말")
    back_in_korean(page)
