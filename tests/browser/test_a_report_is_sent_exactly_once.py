"""Whatever sends a waiting report, page or worker, now or later: the city has it once."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Enter
from tests.browser.test_a_waiting_report_needs_a_look import (
    ROW,
    keys_sent,
    note_keys,
    posted,
    write_offline,
)
from tests.browser.test_report_waits_for_a_line import ALL_SENT, SCRIPTED, fill
from tests.browser.visitor import TURN, UNHURRIED_MS, Visitor, controlled, photo

pytestmark = pytest.mark.whole_browser

# Hidden as a page behind another one is, then shown again.
LOOKED_AT = """() => { for (const hidden of [true, false]) {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange')); } }"""


KEY = "5f0d6c1e-0000-4000-8000-000000000001"
DELETED_FIRST = """(key) => void navigator.locks.request(`madang.reports.${key}`, () => new Promise(
(done) => {
  crypto.randomUUID = () => key;
  const look = () => {
    const asked = indexedDB.open("madang-kept", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("waiting", { keyPath: "key" });
    asked.onsuccess = () => {
      const store = asked.result.transaction("waiting", "readwrite").objectStore("waiting");
      const all = store.getAll();
      all.onsuccess = () => {
        if (all.result.length > 0) store.clear();
        store.transaction.oncomplete = () => {
          asked.result.close();
          if (all.result.length > 0) done(null);
          else setTimeout(look, 50);
        };
      };
    };
  };
  look();
}))"""


def with_worker(visitor: Visitor) -> None:
    visitor.page.goto("/")
    controlled(visitor.page)


def stored(visitor: Visitor, words: str) -> int:
    """Return how many public reports have these words, read without any page."""
    answer = visitor.context.request.get("/reports/", params={"q": words})
    return len(re.findall(r'<article class="report-row"', answer.text()))


def registration(visitor: Visitor, page: Page) -> tuple[object, str]:
    """Return (a DevTools session, the id of the city's worker)."""
    found: list[str] = []
    session = visitor.context.new_cdp_session(page)

    def note(event: dict[str, list[dict[str, object]]]) -> None:
        of_city = (r for r in event["registrations"] if str(r["scopeURL"]).startswith(visitor.city))
        found.extend(str(r["registrationId"]) for r in of_city)

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    ends = time.monotonic() + 20
    while not found:
        assert time.monotonic() < ends, "the browser knows no worker"
        page.wait_for_timeout(20)
    return session, found[-1]


def test_the_worker_sends_it_while_no_page_is_open(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("minji", expects_refusals=True)
    with_worker(visitor)
    words = "닫힌 뒤에 가는 신고"
    write_offline(visitor, photo(tmp_path / "tree.jpg"), words, "구름로 21")
    tags = visitor.page.evaluate("async () => (await navigator.serviceWorker.ready).sync.getTags()")
    assert tags == ["reports"]
    empty = visitor.context.new_page()
    visitor.page.close()
    visitor.context.set_offline(False)
    assert stored(visitor, words) == 0
    session, worker = registration(visitor, empty)
    sync = {"origin": visitor.city, "registrationId": worker, "tag": "reports"}
    ends = time.monotonic() + 20
    session.send("ServiceWorker.dispatchSyncEvent", sync | {"lastChance": False})  # type: ignore[attr-defined]
    while stored(visitor, words) == 0:
        assert time.monotonic() < ends, "nothing was sent"
        empty.wait_for_timeout(50)
    # Asked again, and with a page: there is nothing left to send.
    session.send("ServiceWorker.dispatchSyncEvent", sync | {"lastChance": True})  # type: ignore[attr-defined]
    visitor.watch(empty)
    empty.goto("/")
    empty.wait_for_function(ALL_SENT)
    expect(empty.locator("[data-unsent]")).to_be_hidden()
    assert stored(visitor, words) == 1


def test_a_lost_answer_stores_nothing_twice(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("minji", expects_refusals=True, service_workers="block")
    page, words, answers = visitor.page, "답이 사라진 신고", []

    def lose_the_first(route: Route) -> None:
        if route.request.method != "POST" or answers:
            return route.continue_()
        # The city stores it, and the line breaks before its answer arrives.
        answers.append(route.fetch(max_redirects=0).status)
        return route.abort("connectionreset")

    note_keys(page)
    fill(page, photo(tmp_path / "tree.jpg"), words, "구름로 33")
    page.route("**/reports/", lose_the_first)
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    expect(page.locator("h1")).to_contain_text("아직 보내지 않았어요")
    assert (answers, stored(visitor, words)) == ([303], 1)
    page.goto("/reports/map")
    page.wait_for_function(ALL_SENT)
    first, second = keys_sent(page)
    assert first == second
    assert stored(visitor, words) == 1


def test_the_line_that_comes_back_sends_it(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("minji", expects_refusals=True)
    with_worker(visitor)
    words = "다시 이어진 신고"
    page = visitor.page
    write_offline(visitor, photo(tmp_path / "tree.jpg"), words, "구름로 33")
    page.goto("/")
    expect(page.locator(ROW)).to_contain_text(words)
    visitor.context.set_offline(False)
    page.wait_for_function(ALL_SENT)
    page.evaluate("for (let n = 0; n < 3; n += 1) dispatchEvent(new Event('online'))")
    page.evaluate(TURN)
    assert stored(visitor, words) == 1


def test_a_look_at_the_page_sends_it(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("minji", expects_refusals=True, service_workers="block")
    words = "다시 본 신고"
    page = visitor.page
    down = True

    def answer(route: Route) -> None:
        if down and route.request.method == "POST":
            return route.abort("internetdisconnected")
        return route.continue_()

    page.route("**/reports/", answer)
    write_offline(visitor, photo(tmp_path / "tree.jpg"), words, "구름로 43")
    visitor.context.set_offline(False)
    page.goto("/")
    expect(page.locator(ROW)).to_contain_text("연결을 기다려요")
    page.evaluate(TURN)
    assert stored(visitor, words) == 0
    down = False
    page.evaluate(LOOKED_AT)
    page.wait_for_function(ALL_SENT)
    assert stored(visitor, words) == 1


def test_each_report_of_the_form_kept_for_no_line_has_a_key_of_its_own(
    enter: Enter, tmp_path: Path
) -> None:
    visitor = enter("minji", expects_refusals=True)
    with_worker(visitor)
    page = visitor.page
    for words in ("같은 양식 첫 신고", "같은 양식 둘째 신고"):
        visitor.context.set_offline(True)
        page.goto("/reports/new")
        page.wait_for_function(SCRIPTED)
        write_offline(visitor, photo(tmp_path / "tree.jpg"), words, "새벽로 13")
    page.goto("/reports/unsent")
    expect(page.locator(ROW)).to_have_count(2)
    visitor.context.set_offline(False)
    # The page that stood for it comes back by itself.
    page.wait_for_function(ALL_SENT)
    assert (stored(visitor, "같은 양식 첫"), stored(visitor, "같은 양식 둘째")) == (1, 1)


def test_what_its_writer_deletes_while_it_is_being_sent_is_not_sent(
    enter: Enter, tmp_path: Path
) -> None:
    visitor = enter("minji", expects_refusals=True, service_workers="block")
    page, words = visitor.page, "보내다가 지운 신고"
    fill(page, photo(tmp_path / "tree.jpg"), words, "구름로 33")
    page.wait_for_timeout(UNHURRIED_MS)
    sent = posted(page)
    # Another tab has its turn first, and deletes the report before this one's begins.
    page.evaluate(DELETED_FIRST, KEY)
    page.click("[data-send]")
    page.wait_for_url("**/reports/unsent")
    assert (sent, stored(visitor, words)) == ([], 0)
