"""Who stands on something in a list stays there while others report."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, a_spot, photo, write_report

FOCUSED = "document.activeElement?.getAttribute('href') ?? document.activeElement?.value ?? ''"
AT_ROW = """[...document.querySelectorAll('[data-row]')]
  .indexOf(document.activeElement.closest('[data-row]'))"""


def test_a_link_of_the_maps_list_keeps_it(enter: Enter, tmp_path: Path) -> None:
    spot = a_spot()
    page = enter("jun", viewport=DESK).page
    page.goto(f"/reports/map?lat={spot['latitude']}&lon={spot['longitude']}&z=14")
    page.locator("html[data-live=live]").wait_for()
    links = page.locator("[data-sheet-body] .report-title a")
    links.nth(2).focus()
    stood = page.evaluate(FOCUSED)
    assert stood.startswith("/reports/")
    minji = enter("minji", geolocation=spot, permissions=["geolocation"])
    address = write_report(minji.page, photo(tmp_path / "lamp.jpg")).split("/")[-1]
    expect(page.locator(f"[data-sheet-body] a[href$='{address}']")).to_be_attached()
    assert page.evaluate(FOCUSED) == stood


def test_a_ticked_row_of_the_queue_keeps_it(enter: Enter, tmp_path: Path) -> None:
    page = enter("soyeon", viewport=DESK).page
    page.goto("/console/?view=new")
    page.locator("html[data-live=live]").wait_for()
    page.locator("[data-row] input[type=checkbox]").nth(4).click()
    stood = page.evaluate(FOCUSED)
    minji = enter("minji", geolocation=a_spot(), permissions=["geolocation"])
    address = write_report(minji.page, photo(tmp_path / "lamp.jpg")).split("/")[-1]
    expect(page.locator(f"#row-{address}")).to_be_attached()
    assert page.evaluate(FOCUSED) == stood
    row = page.evaluate(AT_ROW)
    page.keyboard.press("j")
    assert page.evaluate(AT_ROW) == row + 1
