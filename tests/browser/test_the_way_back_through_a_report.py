"""Going back and reading again never leads to an empty question, or nowhere."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.test_report_waits_for_a_line import SCRIPTED, fill
from tests.browser.visitor import UNHURRIED_MS, a_spot, photo, say_where_one_is, write_report


def test_a_question_about_neighbours_is_asked_again_after_a_reload(
    enter: Enter, tmp_path: Path
) -> None:
    here = {"geolocation": a_spot(), "permissions": ["geolocation"]}
    write_report(enter("minji", **here).page, photo(tmp_path / "lamp.jpg"))
    page = enter("jun", **here).page
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)
    say_where_one_is(page)
    page.check("input[value=street_light]")
    page.click("[data-next]")
    cards = page.locator("[data-near-list] .near")
    cards.first.wait_for()
    page.reload()
    page.wait_for_function(SCRIPTED)
    expect(page.locator("#q-kind")).to_be_visible()
    expect(page.locator("[data-progress]")).to_contain_text("3번째")
    page.click("[data-next]")
    expect(cards.first).to_be_visible()
    page.click("[data-next]")
    expect(page.locator("#text")).to_be_visible()
    # Of another kind there is nothing to ask: the way back passes the question by.
    page.go_back()
    page.go_back()
    page.check("input[value=green]")
    page.click("[data-next]")
    expect(page.locator("#text")).to_be_visible()
    page.go_back()
    expect(page.locator("#q-kind")).to_be_visible()


def test_back_leaves_a_form_that_was_sent(enter: Enter, tmp_path: Path) -> None:
    page = enter("jun", geolocation=a_spot(), permissions=["geolocation"]).page
    page.goto("/me/news")
    thanks = write_report(page, photo(tmp_path / "lamp.jpg"))
    page.go_back()
    page.wait_for_url("**/me/news")
    page.go_forward()
    page.wait_for_url(f"{thanks}*")


def test_back_leaves_a_form_that_was_read_again_before_it_was_sent(enter: Enter) -> None:
    page = enter("jun", geolocation=a_spot(), permissions=["geolocation"]).page
    page.goto("/me/news")
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)
    say_where_one_is(page)
    page.reload()
    page.wait_for_function(SCRIPTED)
    page.check("input[value=noise]")
    page.click("[data-next]")
    page.fill("#text", "다시 읽은 뒤에 보내요")
    page.click("[data-next]")
    page.click("[data-back]")
    page.click("[data-next]")
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    page.wait_for_url("**/reports/*thanks=1")
    page.go_back()
    page.wait_for_url("**/me/news")


@pytest.mark.whole_browser
def test_back_leaves_a_form_whose_report_is_kept(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True)
    page = visitor.page
    page.goto("/me")
    fill(page, photo(tmp_path / "tree.jpg"), "뒤로 가도 남아요")
    visitor.context.set_offline(True)
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    expect(page.locator("h1")).to_contain_text("아직 보내지 않았어요")
    visitor.context.set_offline(False)
    page.go_back()
    page.wait_for_url("**/me")
