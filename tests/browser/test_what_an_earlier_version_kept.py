"""What an earlier version kept with its writer's id is still its writer's and no other's."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.test_a_shared_phone_keeps_people_apart import ALTER, WHO, WROTE
from tests.browser.test_a_waiting_report_needs_a_look import (
    ROW,
    UNCLEAR,
    line_comes_back,
    write_offline,
)
from tests.browser.test_what_was_begun_is_its_writers import BEGUN, opened
from tests.browser.visitor import Visitor, photo
from tests.people import JUN, MINJI

DRAFT = """([writer, last, text]) => {
  sessionStorage.setItem("madang.report", JSON.stringify({ who: writer, text }));
  localStorage.setItem("madang.who", last);
}"""
WORDS = "예전 코드가 맡아 둔 말"


def kept_for(visitor: Visitor, picture: Path, who: str) -> Page:
    """Return the list of what waits: a report the city refuses, kept with the id of its writer."""
    page = visitor.page
    write_offline(visitor, picture, WORDS, UNCLEAR)
    page.evaluate(ALTER, {"who": who})
    line_comes_back(visitor)
    page.goto("/reports/unsent")
    return page


def test_what_the_city_refuses_is_its_writers(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page = kept_for(visitor, photo(tmp_path / "tree.jpg"), str(JUN.id))
    expect(page.locator(f"{ROW}[data-look]")).to_contain_text("같은 이름이 여러 곳")
    expect(page.locator(ROW)).to_contain_text(WORDS)
    expect(page.locator(f"{ROW} [data-row-open]")).to_be_visible()
    assert page.evaluate(WROTE) == [page.evaluate(WHO)]


def test_what_another_wrote_stays_theirs(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page = kept_for(visitor, photo(tmp_path / "tree.jpg"), str(MINJI.id))
    expect(page.locator(ROW)).to_contain_text("쓴 사람이 여기서 로그인")
    expect(page.locator(ROW)).not_to_contain_text(WORDS)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(WROTE) == [str(MINJI.id)]


def test_a_draft_goes_on_for_who_was_here_last(enter: Enter) -> None:
    page = enter("jun").page
    opened(page)
    page.evaluate(DRAFT, [str(JUN.id), str(JUN.id), BEGUN])
    opened(page)
    expect(page.locator("#text")).to_have_value(BEGUN)
    page.evaluate(DRAFT, [str(MINJI.id), str(JUN.id), BEGUN])
    opened(page)
    expect(page.locator("#text")).to_have_value("")
