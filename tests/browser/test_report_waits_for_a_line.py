"""A report made without a line is kept, told so, and sends itself once, with its photo."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import UNHURRIED_MS, controlled, photo

pytestmark = pytest.mark.whole_browser

ALL_SENT = "() => localStorage.getItem('madang.unsent') === '0'"
SCRIPTED = "() => document.querySelector('[data-stepping]') !== null"


def fill(page: Page, picture: Path, words: str, place: str = "샘물로 21") -> None:
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)
    page.set_input_files("#photo", str(picture))
    page.wait_for_function("() => document.querySelector('#photo').files[0].type === 'image/webp'")
    page.click("[data-next]")
    page.fill("#place", place)
    page.click("[data-next]")
    page.check("input[value=green]")
    page.click("[data-next]")
    page.locator("#text, [data-near-list] .near").locator("visible=true").first.wait_for()
    if not page.locator("#text").is_visible():
        page.click("[data-next]")
    page.fill("#text", words)
    page.click("[data-next]")


def test_a_report_waits_for_a_line_and_sends_itself_once(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True)
    page = visitor.page
    fill(page, photo(tmp_path / "tree.jpg"), "가지가 길을 막았어요 오프라인")
    visitor.context.set_offline(True)
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    expect(page.locator("h1")).to_contain_text("아직 보내지 않았어요")
    expect(page.locator("[data-unsent]")).to_contain_text("1건")
    visitor.context.set_offline(False)
    page.goto("/")
    page.wait_for_function(ALL_SENT)
    expect(page.locator("[data-unsent]")).to_be_hidden()
    page.goto("/reports/?q=오프라인")
    expect(page.locator(".report-row")).to_have_count(1)
    expect(page.locator(".report-row img")).to_be_visible()
    page.reload()
    expect(page.locator(".report-row")).to_have_count(1)


def test_what_one_person_wrote_is_not_sent_under_anothers_name(
    enter: Enter, tmp_path: Path
) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page = visitor.page
    fill(page, photo(tmp_path / "tree.jpg"), "남의 이름으로 안 가요")
    visitor.context.set_offline(True)
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    expect(page.locator("h1")).to_contain_text("아직 보내지 않았어요")
    # Kept from trying before another one sits here.
    page.evaluate("localStorage.setItem('madang.unsent', '0')")
    visitor.context.set_offline(False)
    visitor.sign_in("minji")
    page.evaluate("localStorage.setItem('madang.unsent', '1')")
    page.goto("/")
    expect(page.locator("[data-unsent]")).to_contain_text("1건")
    page.wait_for_timeout(800)
    page.goto("/reports/?q=남의 이름으로")
    expect(page.locator(".report-row")).to_have_count(0)
    visitor.sign_in("jun")
    page.wait_for_function(ALL_SENT)
    expect(page.locator("[data-unsent]")).to_be_hidden()
    page.goto("/reports/?q=남의 이름으로")
    expect(page.locator(".report-row")).to_have_count(1)


def test_a_report_is_written_without_a_line_from_the_start(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True)
    page = visitor.page
    page.goto("/reports/new")
    page.evaluate("navigator.serviceWorker.ready")
    controlled(page)
    visitor.context.set_offline(True)
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)
    page.set_input_files("#photo", str(photo(tmp_path / "tree.jpg")))
    page.click("[data-next]")
    page.locator("details.point summary").click()
    page.fill("#lat", "34.2099")
    page.fill("#lon", "127.9133")
    page.click("[data-next]")
    page.check("input[value=water]")
    page.click("[data-next]")
    page.fill("#text", "처음부터 연결이 없었어요")
    page.click("[data-next]")
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    expect(page.locator("h1")).to_contain_text("아직 보내지 않았어요")
    visitor.context.set_offline(False)
    page.goto("/")
    page.wait_for_function(ALL_SENT)
    expect(page.locator("[data-unsent]")).to_be_hidden()
    page.goto("/reports/?q=처음부터 연결이")
    expect(page.locator(".report-row")).to_have_count(1)
    page.click(".report-title a")
    expect(page.locator("main")).to_contain_text("내가 신고했어요")
