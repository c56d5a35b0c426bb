"""Who is signed out while a page stands open is told so, loses nothing, and comes back to it."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.test_report_waits_for_a_line import SCRIPTED
from tests.browser.visitor import DESK, Visitor, a_spot, photo, say_where_one_is, write_report

WORDS = "내일 아침에 들러 볼게요."
SIGN_IN = re.compile(r"/sign-in\?next=")
TYPED = "() => sessionStorage.getItem('madang.typed')"
DRAFT = "() => sessionStorage.getItem('madang.report')"


def sign_out_elsewhere(visitor: Visitor) -> None:
    other = visitor.context.new_page()
    visitor.watch(other)
    other.goto("/me")
    other.click('form[action="/sign-out"] button')
    other.wait_for_url("**/")
    other.close()


def sign_in_again(page: Page, who: str) -> None:
    """Sign in as the cast does, from the page one was led to."""
    page.click("a[href^='/sign-in/demo']")
    page.click(f"button[value={who}]")


def begin_answer(enter: Enter, who: str) -> Visitor:
    """Return someone of the team with an answer begun on an open case."""
    visitor = enter(who, viewport=DESK, expects_refusals=True)
    page = visitor.page
    page.goto("/console/?view=new")
    page.locator("[data-row] a").last.click()
    page.locator(".case").wait_for()
    page.locator("html[data-live=live]").wait_for()
    page.select_option("#answer-status", "in_progress")
    page.locator("#answer-text").fill(WORDS)
    return visitor


def open_case(enter: Enter) -> Visitor:
    """Return soyeon with an answer begun, signed out in another tab."""
    visitor = begin_answer(enter, "soyeon")
    sign_out_elsewhere(visitor)
    return visitor


def comes_back(page: Page, case: str) -> None:
    page.wait_for_url(case)
    expect(page.locator("#answer-text")).to_have_value(WORDS)
    expect(page.locator("#answer-status")).to_have_value("in_progress")
    expect(page.locator("[data-signed-out]")).to_be_hidden()


def test_an_open_case_says_so_and_keeps_what_was_typed(enter: Enter) -> None:
    visitor = open_case(enter)
    page, case = visitor.page, visitor.page.url
    expect(page.locator("[data-signed-out]")).to_be_visible()
    for whole in ("form[action='/sign-in']", "header.top"):
        expect(page.locator(f"main {whole}")).to_have_count(0)
    expect(page.locator("[data-row]").first).to_be_visible()
    expect(page.locator("#answer-text")).to_have_value(WORDS)
    assert visitor.violations() == []
    page.click("[data-signed-out] a")
    sign_in_again(page, "soyeon")
    comes_back(page, case)


def test_an_answer_that_was_sent_too_late_stands_where_it_was(enter: Enter) -> None:
    visitor = open_case(enter)
    page, case = visitor.page, visitor.page.url
    page.locator("[data-act=answer] button").click()
    page.wait_for_url(SIGN_IN)
    sign_in_again(page, "soyeon")
    comes_back(page, case)


def test_who_signs_in_again_in_another_tab_goes_on_here(enter: Enter) -> None:
    visitor = open_case(enter)
    page = visitor.page
    line = page.locator("[data-signed-out]")
    expect(line).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 480})
    page.locator("#answer-text").scroll_into_view_if_needed()
    expect(line).to_be_in_viewport(ratio=1)
    other = visitor.context.new_page()
    visitor.watch(other)
    other.goto("/sign-in/demo")
    other.click("button[value=soyeon]")
    other.wait_for_url("**/")
    expect(line).to_be_hidden()
    expect(page.locator("html")).to_have_attribute("data-live", "live")
    expect(page.locator("#answer-text")).to_have_value(WORDS)


def test_what_a_colleague_decided_meanwhile_is_held_up_to_who_comes_back(enter: Enter) -> None:
    page = open_case(enter).page
    case, other = page.url, enter("taeho", viewport=DESK).page
    other.goto(case)
    other.select_option("#answer-status", "fixed")
    other.locator("#answer-text").fill("오늘 고쳤어요.")
    other.locator("[data-act=answer] button").click()
    expect(other.locator(".case")).to_contain_text("오늘 고쳤어요.")
    page.click("[data-signed-out] a")
    sign_in_again(page, "soyeon")
    page.wait_for_url(case)
    expect(page.locator("#answer-text")).to_have_value(WORDS)
    # That way is closed by now, and the one that is offered stays chosen.
    expect(page.locator("#answer-status")).not_to_have_value("")
    page.locator("[data-act=answer] button").click()
    expect(page.locator("main")).to_contain_text("그사이 이 신고가 바뀌었어요")
    expect(page.locator("#answer-text")).to_have_value(WORDS)


def test_another_who_signs_in_finds_none_of_it(enter: Enter) -> None:
    page = open_case(enter).page
    expect(page.locator("[data-signed-out]")).to_be_visible()
    page.click("[data-signed-out] a")
    sign_in_again(page, "taeho")
    # The page is there before its script has looked at what was kept.
    page.wait_for_function("() => sessionStorage.getItem('madang.typed') === null")
    expect(page.locator("#answer-text")).to_have_value("")


def test_who_cannot_join_a_neighbour_is_not_told_they_did(enter: Enter, tmp_path: Path) -> None:
    place = a_spot()
    here = {"geolocation": place, "permissions": ["geolocation"]}
    told = write_report(enter("minji", **here).page, photo(tmp_path / "lamp.jpg"))
    visitor = enter("jun", expects_refusals=True, **here)
    page = visitor.page
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)
    say_where_one_is(page)
    page.check("input[value=street_light]")
    page.click("[data-next]")
    sign_out_elsewhere(visitor)
    page.locator(f"[data-join='{told.removeprefix(visitor.city)}']").click()
    page.wait_for_url(SIGN_IN)
    assert "street_light" in str(page.evaluate(DRAFT))
    sign_in_again(page, "jun")
    page.wait_for_url(told)
    expect(page.locator("#follow-act")).to_contain_text("저도")
    page.goto(f"{told}?joined=1")
    expect(page.locator("main")).not_to_contain_text("이제 함께 지켜봐요")


def call(visitor: Visitor) -> Page:
    """Return the page on which a caller's report is being written down."""
    page = visitor.page
    page.goto("/console/phone", wait_until="networkidle")
    page.fill("#text", WORDS)
    page.fill("#place", "은하로 12")
    page.fill("#email", "caller@example.org")
    return page


def test_a_form_whose_address_is_its_page_keeps_its_words(enter: Enter) -> None:
    visitor = enter("soyeon", viewport=DESK, expects_refusals=True)
    page = call(visitor)
    sign_out_elsewhere(visitor)
    page.click("main form[method=post] button.warm")
    page.wait_for_url(SIGN_IN)
    assert "caller@" not in str(page.evaluate(TYPED))
    sign_in_again(page, "soyeon")
    page.wait_for_url("**/console/phone")
    expect(page.locator("#text")).to_have_value(WORDS)
    expect(page.locator("#place")).to_have_value("은하로 12")
    expect(page.locator("#email")).to_have_value("")
    assert page.evaluate(TYPED) is None


def add_ready_answer(page: Page) -> None:
    page.fill("#ready-label", f"들러 봄 {page.url[-5:]}")
    page.fill("#ready-text", "들러 봤어요.")
    page.click("main form[action='/console/answers/'] button.warm")
    page.locator("main li", has_text="들러 봤어요.").first.wait_for()


def test_words_wait_for_their_page(enter: Enter) -> None:
    visitor = enter("soyeon", viewport=DESK, expects_refusals=True)
    page = call(visitor)
    sign_out_elsewhere(visitor)
    page.click("main form[method=post] button.warm")
    page.wait_for_url(SIGN_IN)
    page.goto("/sign-in/demo?next=/console/answers/?1")
    page.click("button[value=soyeon]")
    page.wait_for_url("**/console/answers/?1")
    page.wait_for_load_state("networkidle")
    add_ready_answer(page)
    page.goto("/console/phone")
    expect(page.locator("#text")).to_have_value(WORDS)


def test_what_was_sent_well_is_not_put_back(enter: Enter) -> None:
    visitor = enter("soyeon", viewport=DESK, expects_refusals=True)
    page = visitor.page
    page.goto("/console/answers/?2", wait_until="networkidle")
    add_ready_answer(page)
    sign_out_elsewhere(visitor)
    page.goto("/console/answers/")
    page.wait_for_url(SIGN_IN)
    sign_in_again(page, "soyeon")
    page.wait_for_url("**/console/answers/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#ready-text")).to_have_value("")


def test_who_signs_out_leaves_no_words(enter: Enter) -> None:
    visitor = enter("soyeon", viewport=DESK)
    page = visitor.page
    page.goto("/me", wait_until="networkidle")
    # What is typed beside the button that ends the sign-in.
    page.evaluate(
        """() => document.querySelector("main").insertAdjacentHTML(
        "beforeend", "<form method=post action=/me/x><textarea name=said></textarea></form>")"""
    )
    page.fill("[name=said]", WORDS)
    page.click('form[action="/sign-out"] button')
    page.wait_for_url("**/")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(TYPED) is None
