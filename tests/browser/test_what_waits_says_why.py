"""A report that is kept says what it waits for: a line, its writer's sign-in, or the city."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.test_a_report_is_sent_exactly_once import stored
from tests.browser.test_a_waiting_report_needs_a_look import ROW
from tests.browser.test_report_waits_for_a_line import ALL_SENT, fill
from tests.browser.visitor import UNHURRIED_MS, photo

NOTE = "[data-module=report-form] .note"


def send(page: Page) -> None:
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    expect(page.locator("h1")).to_contain_text("아직 보내지 않았어요")


def test_who_was_signed_out_meanwhile_is_led_to_the_sign_in(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page, words = visitor.page, "로그인이 끝난 사이 쓴 말"
    fill(page, photo(tmp_path / "tree.jpg"), words, "은하로 12")
    other = visitor.context.new_page()
    visitor.watch(other)
    other.goto("/me")
    other.click('form[action="/sign-out"] button')
    other.wait_for_url("**/")
    expect(other.locator("[data-unsent]")).to_be_hidden()
    send(page)
    expect(page.locator(NOTE)).to_contain_text("로그인하면 저절로")
    expect(page.locator("h1")).to_have_accessible_description(re.compile("로그인하면 저절로"))
    expect(page.locator("h1")).to_be_focused()
    # It is said once, and nothing lies over what else the page offers.
    expect(page.locator("[data-toasts] p")).to_have_count(0)
    expect(page.locator("[data-unsent]")).to_contain_text("쓴 사람이 여기서 로그인하면")
    assert visitor.violations() == []
    page.click("[data-module=report-form] a[href^='/sign-in']")
    assert page.url.endswith("/sign-in?next=/reports/unsent")
    page.goto("/reports/unsent")
    expect(page.locator(f"{ROW} [data-row-why] a")).to_have_attribute(
        "href", "/sign-in?next=/reports/unsent"
    )
    expect(page.locator(ROW)).not_to_contain_text(words)
    visitor.sign_in("jun")
    page.wait_for_function(ALL_SENT)
    assert stored(visitor, words) == 1


def test_what_the_city_cannot_take_now_is_not_laid_on_the_line(
    enter: Enter, tmp_path: Path
) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page, words = visitor.page, "시가 바쁠 때 쓴 말"
    fill(page, photo(tmp_path / "tree.jpg"), words, "은하로 32")
    visitor.context.route(
        "**/reports/",
        lambda one: (
            one.fulfill(status=503, body="") if one.request.method == "POST" else one.continue_()
        ),
    )
    send(page)
    expect(page.locator(NOTE)).to_contain_text("지금은 시에서 받지 못했어요")
    page.goto("/")
    expect(page.locator("[data-unsent]")).to_contain_text("무엇을 기다리는지는")
    visitor.context.unroute("**/reports/")
    page.click("[data-unsent] button")
    page.wait_for_function(ALL_SENT)
    assert stored(visitor, words) == 1
