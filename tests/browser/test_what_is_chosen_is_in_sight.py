"""Filters and views are many: the chosen one stands in sight, wherever in its row or list it is,
and a tab of the browser is named after what is open in it."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK

WITHIN = """(e) => { const { left, right, top, bottom } = e.getBoundingClientRect();
  return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight; }"""


def in_sight(one: Locator) -> bool:
    return bool(one.evaluate(WITHIN))


@pytest.mark.parametrize("path", ["/reports/", "/reports/map"])
def test_a_chosen_kind_is_scrolled_to(enter: Enter, path: str) -> None:
    page = enter(lang="en").page
    page.goto(f"{path}?category=other")
    page.locator("html[data-script]").wait_for()
    row = page.locator(".chips").first
    assert in_sight(row.locator("[aria-current]"))
    assert page.evaluate("scrollX") == 0


def test_saved_views_stay_beside_a_long_list(enter: Enter) -> None:
    page = enter("soyeon", lang="en", viewport=DESK).page
    page.goto("/console/?view=live")
    page.locator("html[data-script]").wait_for()
    page.locator(".queue-row").last.scroll_into_view_if_needed()
    assert page.evaluate("scrollY") > DESK["height"]
    assert in_sight(page.locator(".views .view").first)
    cut = ".filter((v) => v.scrollWidth > v.parentElement.clientWidth + 1).length"
    assert page.evaluate(f"[...document.querySelectorAll('.view')]{cut}") == 0


def test_a_tab_is_named_after_the_case_or_the_view_in_it(enter: Enter) -> None:
    page = enter("soyeon", lang="en", viewport=DESK).page
    page.goto("/console/?view=late&kind=litter")
    assert page.title().startswith("Late · Litter · Queue")
    page.locator(".queue-title a").first.click()
    case = page.locator("#case-title")
    case.wait_for()
    assert page.title().startswith(f"{case.inner_text()} · Queue")


def test_no_word_of_a_button_is_broken(enter: Enter) -> None:
    page = enter("minji", lang="en").page
    page.goto("/me/places/new?kind=city")
    page.fill("#label", "할머니 댁 앞 골목에서 버스 정류장까지")
    page.click(".step-acts button")
    change = page.locator(".given .acts a").first
    expect(change).to_be_visible()
    lines = """(e) => { const range = document.createRange();
      range.selectNodeContents(e.lastChild); return range.getClientRects().length; }"""
    assert change.evaluate(lines) == 1


def test_what_deletes_a_team_stands_beside_its_name(enter: Enter) -> None:
    page = enter("taeho", viewport=DESK).page
    page.goto("/console/routing/")
    row = page.locator("section:has(#teams-title) li.row").first
    name, delete = row.locator("span").first.bounding_box(), row.locator("button").bounding_box()
    assert name is not None
    assert delete is not None
    assert delete["x"] - name["x"] < 640
