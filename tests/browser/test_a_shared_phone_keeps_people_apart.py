"""On a phone that several share, what one wrote without a line is theirs: to read and to send."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.test_a_report_is_sent_exactly_once import registration, stored
from tests.browser.test_a_waiting_report_needs_a_look import ROW, line_comes_back, write_offline
from tests.browser.test_report_waits_for_a_line import ALL_SENT, SCRIPTED
from tests.browser.visitor import UNHURRIED_MS, Visitor, a_spot, controlled, photo

pytestmark = pytest.mark.whole_browser

WHO = "() => localStorage.getItem('madang.who')"
# Writes another's name on all that waits.
# Changes all reports that wait where they are kept.
ALTER = """(changes) => new Promise((done) => {
  const asked = indexedDB.open("madang-kept", 1);
  asked.onsuccess = () => {
    const store = asked.result.transaction("waiting", "readwrite").objectStore("waiting");
    const all = store.getAll();
    all.onsuccess = () => { for (const one of all.result) store.put({ ...one, ...changes }); };
    store.transaction.oncomplete = () => { asked.result.close(); done(); };
  };
})"""
NOTE_TAGS = """(() => { const real = SyncManager.prototype.register;
SyncManager.prototype.register = function (tag) {
  (window.tags ??= []).push(tag);
  return real.call(this, tag);
}; })()"""
WROTE = """async () => await new Promise((done) => {
  const asked = indexedDB.open('madang-kept', 1);
  asked.onsuccess = () => {
    const all = asked.result.transaction('waiting').objectStore('waiting').getAll();
    all.onsuccess = () => { asked.result.close(); done(all.result.map((r) => r.who)); };
  };
})"""


def write_without_a_line(page: Page, words: str) -> None:
    """Fill in the form the browser keeps, at a place of its own, and send it."""
    spot = a_spot()
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)
    page.click("[data-next]")
    page.locator("details.point summary").click()
    page.fill("#lat", str(spot["latitude"]))
    page.fill("#lon", str(spot["longitude"]))
    page.click("[data-next]")
    page.check("input[value=water]")
    page.click("[data-next]")
    page.fill("#text", words)
    page.click("[data-next]")
    page.wait_for_timeout(UNHURRIED_MS)
    page.evaluate("document.querySelector('[data-near]').dataset.asked = ''")
    page.click("[data-send]")
    expect(page.locator("h1")).to_contain_text("아직 보내지 않았어요")


def sign_out(page: Page) -> None:
    page.goto("/me")
    page.click('form[action="/sign-out"] button')
    page.wait_for_url("**/")


def test_what_one_writes_after_another_signed_out_is_their_own(enter: Enter) -> None:
    visitor = enter("jun", expects_refusals=True)
    page, words = visitor.page, "준 다음에 민지가 쓴 말"
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)
    controlled(page)
    sign_out(page)
    page.wait_for_function("() => localStorage.getItem('madang.who') === null")
    visitor.sign_in("minji")
    page.wait_for_function("() => localStorage.getItem('madang.who') !== null")
    minji = page.evaluate(WHO)
    visitor.context.set_offline(True)
    write_without_a_line(page, words)
    assert page.evaluate(WROTE) == [minji]
    visitor.context.set_offline(False)
    page.goto("/")
    page.wait_for_function(ALL_SENT)
    assert stored(visitor, words) == 1
    page.goto(f"/reports/?q={words}")
    page.click(".report-title a")
    expect(page.locator("main")).to_contain_text("내가 신고했어요")


def synced(visitor: Visitor, page: Page) -> None:
    """Let the worker's own try to send come and go."""
    session, worker = registration(visitor, page)
    sync = {"origin": visitor.city, "registrationId": worker, "tag": "reports", "lastChance": True}
    with page.context.expect_event("request", lambda one: one.url.endswith("/reports/new")):
        session.send("ServiceWorker.dispatchSyncEvent", sync)  # type: ignore[attr-defined]
    page.wait_for_timeout(1_000)


def test_what_nobody_signed_is_sent_only_for_who_says_it_is_theirs(enter: Enter) -> None:
    visitor = enter(expects_refusals=True)
    page, words = visitor.page, "아무도 로그인하지 않고 쓴 말"
    page.goto("/")
    controlled(page)
    visitor.context.set_offline(True)
    write_without_a_line(page, words)
    assert page.evaluate(WROTE) == [""]
    visitor.context.set_offline(False)
    visitor.sign_in("minji")
    synced(visitor, page)
    page.goto("/reports/unsent")
    expect(page.locator(f"{ROW} [data-row-why]")).to_contain_text("내가 썼다고 하면")
    expect(page.locator(ROW)).not_to_contain_text(words)
    expect(page.locator(f"{ROW} [data-row-acts]")).to_be_hidden()
    assert stored(visitor, words) == 0
    assert visitor.violations() == []
    page.click(f"{ROW} [data-row-mine]")
    expect(page.locator(ROW)).to_contain_text(words)
    expect(page.locator(f"{ROW} [data-row-send]")).to_be_focused()
    assert stored(visitor, words) == 0
    page.click(f"{ROW} [data-row-send]")
    page.wait_for_function(ALL_SENT)
    assert stored(visitor, words) == 1


def test_what_one_says_is_theirs_goes_by_itself(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True)
    page, words = visitor.page, "내 것이라 하고 두고 본 말"
    page.add_init_script(NOTE_TAGS)
    page.goto("/")
    controlled(page)
    page.clock.install()
    write_offline(visitor, photo(tmp_path / "tree.jpg"), words, "새벽로 13")
    page.evaluate(ALTER, {"who": ""})
    line_comes_back(visitor)
    page.goto("/reports/unsent")
    page.click(f"{ROW} [data-row-mine]")
    expect(page.locator(ROW)).to_contain_text(words)
    page.wait_for_function("() => window.tags?.includes('reports')")
    assert stored(visitor, words) == 0
    page.clock.fast_forward(61_000)
    expect(page.locator(f"{ROW} [data-row-over] a")).to_be_visible()
    assert stored(visitor, words) == 1


def test_who_signed_out_leaves_nothing_to_read(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True)
    page, words = visitor.page, "준의 말은 준만 봐요"
    page.goto("/")
    controlled(page)
    write_offline(visitor, photo(tmp_path / "tree.jpg"), words, "은하로 12")
    # The city takes nothing meanwhile, so that it goes on waiting.
    visitor.context.route(
        "**/reports/",
        lambda one: (
            one.fulfill(status=503, body="") if one.request.method == "POST" else one.continue_()
        ),
    )
    visitor.context.set_offline(False)
    sign_out(page)
    page.goto("/reports/unsent")
    hidden(page, words, "로그인하면 볼 수 있어요")
    visitor.sign_in("minji")
    page.goto("/reports/unsent")
    hidden(page, words, "다른 사람이 쓴 신고")
    visitor.context.set_offline(True)
    page.goto("/me")
    expect(page.locator("h1")).to_have_text("연결이 끊겼어요")
    hidden(page, words, "다른 사람이 쓴 신고")
    visitor.context.set_offline(False)
    visitor.context.unroute("**/reports/")
    # The page that was asked for comes by itself, and would come across where one goes meanwhile.
    page.locator('form[action="/sign-out"]').wait_for()
    sign_out(page)
    visitor.sign_in("jun")
    page.wait_for_function(ALL_SENT)
    assert stored(visitor, words) == 1


def hidden(page: Page, words: str, told: str) -> None:
    """One report waits: neither its words nor its place nor what can be done with it are shown."""
    expect(page.locator(ROW)).to_contain_text(told)
    for private in (words, "은하로 12"):
        expect(page.locator(ROW)).not_to_contain_text(private)
    expect(page.locator(f"{ROW} canvas")).to_have_count(0)
    for act in ("acts", "mine"):
        expect(page.locator(f"{ROW} [data-row-{act}]")).to_be_hidden()


def test_the_place_and_the_draft_of_who_signs_out_are_forgotten(enter: Enter) -> None:
    visitor = enter("jun", geolocation=a_spot(), permissions=["geolocation"])
    page = visitor.page
    page.goto("/")
    page.click("[data-here]")
    expect(page.locator("[data-here-forget]")).to_be_visible()
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)
    page.locator("#text").evaluate(
        "(field) => { field.value = '쓰다 만 말';"
        " field.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    sign_out(page)
    page.wait_for_function("() => localStorage.getItem('madang.here') === null")
    assert page.evaluate("sessionStorage.getItem('madang.report')") is None
    visitor.sign_in("minji")
    expect(page.locator("[data-here]")).to_be_visible()
    # One who comes back to a page left open finds nothing of the other there.
    assert page.evaluate(WHO) == page.locator("html").get_attribute("data-who")
