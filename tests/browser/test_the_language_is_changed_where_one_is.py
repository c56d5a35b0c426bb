"""Who changes the language stays where they are, and loses nothing without being told."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.test_report_waits_for_a_line import SCRIPTED
from tests.browser.visitor import photo


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
