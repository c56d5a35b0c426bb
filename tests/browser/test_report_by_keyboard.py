"""A whole report by keyboard alone, heard by a screen reader, without a touch of the map."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.keyboard import everything_is_named, focus_is_seen, tab_to, told, tree
from tests.browser.street import photo_of
from tests.browser.visitor import DESK, PHONE

# 200 % on a window of 640 points, and the narrowest phone.
ZOOMED = {"viewport": {"width": 320, "height": 568}, "device_scale_factor": 2}
SIZES = [{"viewport": PHONE}, {"viewport": DESK}, ZOOMED]
STREET = "샘물로"


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return photo_of(tmp_path_factory.mktemp("street") / "street.jpg", [(500, 80, 200)], [])


def press_next(page: Page) -> None:
    tab_to(page, "[data-next]")
    page.keyboard.press("Enter")


def asked(page: Page, question: str) -> None:
    """The question has the focus, can be seen, and nothing on its screen is without a name."""
    heading = page.locator("[data-question]", has_text=question)
    expect(heading).to_be_focused()
    focus_is_seen(page)
    everything_is_named(page)
    assert question in told(page, "heading")


def signed_in_by_keyboard(page: Page) -> None:
    page.goto("/sign-in/demo")
    tab_to(page, "button[value=minji]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    if page.locator("html").get_attribute("lang") != "en":
        tab_to(page, "button[name=language][value=en]")
        page.keyboard.press("Enter")
        page.locator("html[lang=en]").wait_for()
    tab_to(page, 'a[href="/reports/new"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/new")


def choose_photo(page: Page, street: Path) -> None:
    page.locator("[data-stepping]").first.wait_for()
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "#photo")
    with page.expect_file_chooser() as waited:
        page.keyboard.press("Enter")
    waited.value.set_files(str(street))
    expect(page.locator("[data-covers-said]")).to_contain_text("Faces covered: 1")
    tab_to(page, ".cover")
    assert "Face 1, covered" in told(page, "ToggleButton") + told(page, "button")
    everything_is_named(page)


def choose_place(page: Page) -> None:
    press_next(page)
    expect(page.locator("#place")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Enter an address, use where you are")
    page.keyboard.type(STREET)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    count = options.count()
    assert count > 1
    expect(page.locator("[data-places-said]")).to_have_text(
        f"Places: {count}. Choose with the arrow keys."
    )
    expect(page.get_by_role("alert")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    box = next(node for node in tree(page) if node["role"] == "combobox")
    assert (box["name"], box["expanded"]) == ("Street, building or landmark", True)
    chosen = [node for node in tree(page) if node["role"] == "option" and node["selected"]]
    assert [node["name"] for node in chosen] == [options.nth(1).inner_text()]
    focus_is_seen(page)
    page.keyboard.press("Enter")
    expect(page.locator("#place")).to_have_value(chosen[0]["name"])
    expect(page.locator("#place")).to_have_attribute("aria-expanded", "false")
    assert float(page.locator("#lat").input_value()) > 30


def choose_kind(page: Page) -> None:
    press_next(page)
    expect(page.get_by_role("alert")).to_have_text("Choose what it is about.")
    expect(page.locator("input[name=category]").first).to_be_focused()
    focus_is_seen(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("alert")).to_have_count(0)
    focus_is_seen(page)
    page.keyboard.press("Enter")


def write_words(page: Page, words: str) -> None:
    page.locator("#q-near, #q-words").locator("visible=true").first.wait_for()
    if page.locator("#q-near").is_visible():
        asked(page, "Is it one of these?")
        press_next(page)
    asked(page, "A few words")
    press_next(page)
    expect(page.locator("#text")).to_be_focused()
    expect(page.get_by_role("alert")).to_have_text("Say in a few words what you see.")
    page.keyboard.type(words)
    expect(page.get_by_role("alert")).to_have_count(0)
    press_next(page)


def looked_over(page: Page, words: str) -> str:
    """All that goes is told before it goes, and one way leads to a question and straight back."""
    told_of = page.locator("[data-sum] .sum-row:visible")
    rows = {row.locator("dt").inner_text(): row for row in told_of.all()}
    assert list(rows) == ["Photos", "Place", "Kind", "Your words", "Who sees what"]
    expect(rows["Photos"].get_by_role("img", name="Photo 1 of 1")).to_be_visible()
    expect(rows["Place"]).to_contain_text(STREET)
    expect(rows["Kind"]).to_contain_text("Litter")
    assert words in rows["Your words"].inner_text()
    tab_to(page, "[data-sum-text] a")
    focus_is_seen(page)
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type(", twice")
    press_next(page)
    asked(page, "Ready to send")
    expect(page.locator("[data-sum-text]")).to_contain_text(", twice")
    return f"{words}, twice"


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk", "zoomed"])
def test_a_report_is_made_by_keyboard(enter: Enter, street: Path, size: dict[str, Any]) -> None:
    visitor = enter(lang="en", reduced_motion="reduce", **size)
    page = visitor.page
    # Asked for from the start, for a chooser that opens before the wish is known is the real one.
    page.on("filechooser", lambda _chooser: None)
    words = f"Bench without a seat {size['viewport']['width']}"
    signed_in_by_keyboard(page)
    choose_photo(page, street)
    press_next(page)
    asked(page, "Where is it?")
    expect(page.locator("[data-progress]")).to_have_text("Question 2 of 5")
    choose_place(page)
    press_next(page)
    asked(page, "What is it about?")
    choose_kind(page)
    write_words(page, words)
    asked(page, "Ready to send")
    words = looked_over(page, words)
    assert visitor.violations() == []
    assert visitor.sideways() == 0
    tab_to(page, "[data-send]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/*thanks=1")
    assert words in told(page, "heading")
    everything_is_named(page)


def test_a_step_back_comes_back_to_its_question(enter: Enter) -> None:
    page = enter("minji", lang="en", reduced_motion="reduce").page
    page.goto("/reports/new")
    page.locator("[data-stepping]").first.wait_for()
    press_next(page)
    asked(page, "Where is it?")
    page.locator("a.skip").press("Enter")
    expect(page.locator("#q-place")).to_be_visible()
    tab_to(page, "[data-back]")
    page.keyboard.press("Enter")
    asked(page, "Can you show it?")
    expect(page.locator("[data-progress]")).to_have_text("Question 1 of 5")


def test_where_i_am_is_enough_for_a_place(enter: Enter) -> None:
    spot = {"latitude": 34.2117, "longitude": 127.9152}
    calm = {"lang": "en", "reduced_motion": "reduce"}
    page = enter("minji", geolocation=spot, permissions=["geolocation"], **calm).page
    page.goto("/reports/new")
    page.locator("[data-stepping]").first.wait_for()
    press_next(page)
    asked(page, "Where is it?")
    tab_to(page, "[data-locate]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-toasts]")).to_contain_text("Found. Your place is set.")
    expect(page.locator("[data-locate]")).to_be_focused()
    press_next(page)
    asked(page, "What is it about?")


def test_a_name_that_stands_there_no_more_gives_no_point(enter: Enter) -> None:
    page = enter("minji", lang="en", reduced_motion="reduce").page
    page.goto("/reports/new")
    page.locator("[data-stepping]").first.wait_for()
    press_next(page)
    tab_to(page, "#place")
    page.keyboard.type(STREET)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#places")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#lat").input_value() != ""
    page.keyboard.type("zzz")
    assert page.locator("#lat").input_value() == ""
    press_next(page)
    expect(page.get_by_role("alert")).to_contain_text("We know no place of that name")


def test_it_is_made_without_script_too(enter: Enter, street: Path) -> None:
    calm = {"lang": "en", "reduced_motion": "reduce", "expects_refusals": True}
    page = enter(java_script_enabled=False, **calm).page
    signed_in_by_keyboard(page)
    tab_to(page, "#photo")
    page.set_input_files("#photo", str(street))
    tab_to(page, "#place")
    page.keyboard.type(STREET[:2])
    tab_to(page, "input[name=category]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#text")
    page.keyboard.type("Without a script")
    tab_to(page, "[data-send]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Several places have that name")
    tab_to(page, "input[name=spot]")
    page.keyboard.press("ArrowDown")
    everything_is_named(page)
    tab_to(page, "[data-send]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/*thanks=1")
    assert "Without a script" in told(page, "heading")
