"""Who corrects a waiting report sends what they corrected, or hears that it went before."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Enter
from tests.browser.test_a_report_is_sent_exactly_once import (
    LOOKED_AT,
    registration,
    stored,
    with_worker,
)
from tests.browser.test_a_shared_phone_keeps_people_apart import ALTER
from tests.browser.test_a_waiting_report_needs_a_look import (
    KEPT,
    ROW,
    line_comes_back,
    mend_and_send,
    write_offline,
)
from tests.browser.test_report_waits_for_a_line import ALL_SENT, SCRIPTED, fill
from tests.browser.visitor import TURN, UNHURRIED_MS, Visitor, photo

pytestmark = pytest.mark.whole_browser
A_DAY_MS = 86_400_000


def open_first(page: Page) -> None:
    page.click(f"{ROW} [data-row-open]")
    page.wait_for_function(SCRIPTED)
    page.wait_for_function("() => document.querySelector('#photo').files.length === 1")


def correct(page: Page, words: str) -> None:
    """Put other words in the place of those that were told, and send them."""
    page.locator("#text").evaluate("(field, words) => { field.value = words; }", words)
    mend_and_send(page)


def test_it_does_not_go_while_it_is_being_corrected(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True)
    with_worker(visitor)
    page, first, then = visitor.page, "전화번호가 든 말", "고쳐서 보낸 말"
    write_offline(visitor, photo(tmp_path / "tree.jpg"), first, "노을로 12")
    page.goto("/me")
    open_first(page)
    session, worker = registration(visitor, page)
    visitor.context.set_offline(False)
    sync = {"origin": visitor.city, "registrationId": worker, "tag": "reports", "lastChance": True}
    session.send("ServiceWorker.dispatchSyncEvent", sync)  # type: ignore[attr-defined]
    for _ in range(3):
        page.evaluate("dispatchEvent(new Event('online'))")
        page.evaluate(LOOKED_AT)
        page.wait_for_timeout(500)
    page.evaluate(TURN)
    assert stored(visitor, first) == 0
    correct(page, then)
    page.wait_for_url("**/reports/*thanks=1")
    assert (stored(visitor, first), stored(visitor, then)) == (0, 1)


def being_opened(visitor: Visitor) -> list[Route]:
    """Open the one report that waits, with a line; return what the script of its form waits for."""
    page, stuck = visitor.page, list[Route]()
    [[key, *_]] = page.evaluate(KEPT)
    page.route("**/static/dist/part-form-*.js", lambda one: stuck.append(one))
    line_comes_back(visitor)
    # The round that begins with the page asks for the form's page, for who is signed in.
    with page.expect_request_finished(lambda one: one.resource_type == "fetch"):
        page.goto(f"/reports/new?waiting={key}", wait_until="commit")
    page.wait_for_timeout(500)
    page.evaluate(TURN)
    return stuck


def test_it_does_not_go_while_its_form_is_being_opened(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page, words = visitor.page, "열리는 동안 머무는 말"
    write_offline(visitor, photo(tmp_path / "tree.jpg"), words, "노을로 42")
    opening = being_opened(visitor)
    assert (len(opening), stored(visitor, words)) == (1, 0)
    opening[0].continue_()
    page.wait_for_function("() => document.querySelector('#photo').files.length === 1")
    page.evaluate(LOOKED_AT)
    page.wait_for_timeout(500)
    page.evaluate(TURN)
    assert stored(visitor, words) == 0


def test_it_goes_though_its_form_never_opens(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page, words = visitor.page, "열리지 않는 말"
    page.clock.install()
    write_offline(visitor, photo(tmp_path / "tree.jpg"), words, "노을로 52")
    stuck = being_opened(visitor)
    assert (len(stuck), stored(visitor, words)) == (1, 0)
    page.clock.run_for(31_000)
    page.wait_for_function(ALL_SENT)
    assert stored(visitor, words) == 1


def test_a_clock_that_was_set_back_holds_nothing(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page, words = visitor.page, "시계를 되돌리기 전의 말"
    write_offline(visitor, photo(tmp_path / "tree.jpg"), words, "노을로 62")
    page.evaluate(ALTER, {"held": page.evaluate("Date.now()") + A_DAY_MS})
    line_comes_back(visitor)
    page.goto("/me")
    page.wait_for_function(ALL_SENT)
    assert stored(visitor, words) == 1


def test_it_goes_once_the_form_is_left(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page, words = visitor.page, "다시 보니 괜찮은 말"
    write_offline(visitor, photo(tmp_path / "tree.jpg"), words, "노을로 32")
    page.context.route(
        "**/reports/",
        lambda one: one.abort() if one.request.method == "POST" else one.continue_(),
    )
    line_comes_back(visitor)
    # One still on its way when its form is opened would rightly arrive.
    with page.expect_event("requestfailed", lambda one: one.method == "POST"):
        page.goto("/reports/unsent")
    open_first(page)
    page.context.unroute("**/reports/")
    page.evaluate(LOOKED_AT)
    page.wait_for_timeout(500)
    page.evaluate(TURN)
    assert stored(visitor, words) == 0
    page.goto("/reports/unsent")
    page.evaluate(LOOKED_AT)
    page.wait_for_function(ALL_SENT)
    assert stored(visitor, words) == 1


def test_what_went_before_its_correction_is_told(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page, first, then = visitor.page, "먼저 간 말", "나중에 고친 말"
    answers: list[int] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method != "POST" or answers:
            return route.continue_()
        answers.append(route.fetch(max_redirects=0).status)
        return route.abort("connectionreset")

    fill(page, photo(tmp_path / "tree.jpg"), first, "구름로 43")
    page.context.route("**/reports/", lose_the_first)
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    expect(page.locator("h1")).to_contain_text("아직 보내지 않았어요")
    assert (answers, stored(visitor, first)) == ([303], 1)
    # Kept from trying before it is opened.
    page.evaluate("localStorage.setItem('madang.unsent', '0')")
    key = page.evaluate(
        "() => new Promise((done) => { const asked = indexedDB.open('madang-kept');"
        " asked.onsuccess = () => { const all = asked.result.transaction('waiting')"
        ".objectStore('waiting').getAllKeys(); all.onsuccess = () => {"
        " asked.result.close(); done(all.result[0]); }; }; })"
    )
    page.goto(f"/reports/new?waiting={key}")
    page.wait_for_function(SCRIPTED)
    expect(page.locator("#text")).to_have_value(first)
    correct(page, then)
    page.wait_for_url("**/reports/*earlier=1")
    expect(page.locator("main")).to_contain_text("그 뒤에 고친 내용은 들어 있지 않아요")
    expect(page.locator("main")).to_contain_text(first)
    assert "고맙" not in page.inner_text("main")
    assert (stored(visitor, first), stored(visitor, then)) == (1, 0)
    page.wait_for_function(ALL_SENT)
