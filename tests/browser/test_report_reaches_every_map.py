"""The loop as people live it: phone, the neighbour's open map, the console, the phone again."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, UNHURRIED_MS, WORDS, photo, write_report

LAT, LON = 34.2117, 127.9152
MARKS = ".map-pin, .map-ring"


def marked(page: Page) -> int:
    """Return how many reports the map counts; a report next to another is shown within a ring."""
    return sum(int(text or 1) for text in page.locator(MARKS).all_inner_texts())


def test_a_report_goes_from_a_phone_to_every_map_to_the_moderator_and_back(
    enter: Enter, tmp_path: Path
) -> None:
    here = {"latitude": LAT, "longitude": LON}
    minji = enter("minji", geolocation=here, permissions=["geolocation"])
    jun = enter("jun", viewport=DESK)
    soyeon = enter("soyeon", viewport=DESK)
    jun.page.goto(f"/reports/map?lat={LAT}&lon={LON}&z=17")
    expect(jun.page.locator("[data-sheet-body] .report-row").first).to_be_visible()
    soyeon.page.goto("/console/")
    jun.page.locator(MARKS).first.wait_for()
    before = marked(jun.page)

    address = write_report(minji.page, photo(tmp_path / "lamp.jpg"))

    expect(jun.page.locator(".map-fresh")).to_have_count(1)
    assert marked(jun.page) == before + 1
    expect(jun.page.locator("[data-sheet-body]")).to_contain_text(WORDS)
    expect(soyeon.page.locator("#queue")).to_contain_text(WORDS)

    soyeon.page.goto(address.replace("/reports/", "/console/reports/"))
    soyeon.page.select_option("#answer-status", "acknowledged")
    soyeon.page.fill("#answer-text", "내일 아침에 고치러 가요")
    soyeon.page.click("[data-act=answer] button.warm")
    expect(minji.page.locator("#timeline")).to_contain_text("내일 아침에 고치러 가요")
    assert "김민지" not in jun.page.content()


def test_a_map_of_the_whole_city_hears_of_a_report(enter: Enter, tmp_path: Path) -> None:
    here = {"latitude": LAT, "longitude": LON}
    minji = enter("minji", geolocation=here, permissions=["geolocation"])
    jun = enter("jun", viewport=DESK)
    for zoom in ("9", "11"):
        jun.page.goto(f"/reports/map?lat={LAT}&lon={LON}&z={zoom}")
        jun.page.locator("html[data-live=live]").wait_for()
        jun.page.locator(MARKS).first.wait_for()
    before = marked(jun.page)

    write_report(minji.page, photo(tmp_path / "lamp.jpg", (90, 160, 70)))

    for _ in range(50):
        if marked(jun.page) == before + 1:
            break
        jun.page.wait_for_timeout(100)
    assert marked(jun.page) == before + 1


def test_what_was_typed_survives_a_reload_and_becomes_a_point(enter: Enter) -> None:
    page = enter("minji").page
    page.goto("/reports/new")
    page.click("[data-next]")
    page.fill("#place", "매화로 54")
    page.reload()
    expect(page.locator("#place")).to_have_value("매화로 54")
    page.click("[data-next]")
    expect(page.locator("#q-kind")).to_be_focused()
    assert page.locator("#lat").input_value().startswith("34.21")


def test_a_name_of_many_places_is_asked_back(enter: Enter) -> None:
    page = enter("minji").page
    page.goto("/reports/new")
    page.click("[data-next]")
    page.fill("#place", "쉼터")
    page.click("[data-next]")
    choices = page.locator("[data-spots] input")
    expect(choices.first).to_be_visible()
    choices.nth(1).check()
    page.click("[data-next]")
    expect(page.locator("#q-kind")).to_be_focused()


def test_a_place_that_cannot_be_looked_up_now_is_left_to_the_city(enter: Enter) -> None:
    page = enter("minji", expects_refusals=True).page
    page.route("**/reports/api/places*", lambda route: route.fulfill(status=503, body=""))
    page.goto("/reports/new")
    page.click("[data-next]")
    page.fill("#place", "매화로 54")
    page.click("[data-next]")
    expect(page.locator("#q-kind")).to_be_focused()
    assert page.locator("#lat").input_value() == ""


def test_a_report_can_be_made_by_keyboard_alone(enter: Enter) -> None:
    page = enter("jun").page
    page.goto("/reports/new")
    page.keyboard.press("Tab")
    for _ in range(40):
        if page.evaluate("document.activeElement?.matches('[data-next]')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#place").focus()
    page.keyboard.type("매화로 54")
    page.keyboard.press("Enter")
    expect(page.locator("#q-kind")).to_be_focused()
    page.locator("input[value=litter]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.locator("#q-words, #q-near").locator("visible=true").wait_for()
    if page.locator("#q-near").is_visible():
        page.locator("[data-next]").focus()
        page.keyboard.press("Enter")
    expect(page.locator("#q-words")).to_be_focused()
    page.locator("#text").focus()
    page.keyboard.type("봉투가 쌓였어요")
    page.locator("[data-next]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#q-done")).to_be_focused()
    page.wait_for_timeout(UNHURRIED_MS)
    page.locator("[data-send]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/*thanks=1")
