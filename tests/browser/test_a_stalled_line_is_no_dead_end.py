"""A line that answers nothing is given up in time: one goes on, and what was written is kept."""

from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Enter
from tests.browser.test_a_report_is_sent_exactly_once import LOOKED_AT, stored
from tests.browser.test_a_waiting_report_needs_a_look import ROW
from tests.browser.test_report_waits_for_a_line import ALL_SENT, SCRIPTED, fill
from tests.browser.visitor import TURN, UNHURRIED_MS, photo

# Sooner than people are asked to wait, for the journeys' own sake.
IMPATIENT = """(() => { const real = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => real(ms / 5); })()"""
GIVEN_UP_MS = 15_000
SOON_MS = 10_000


class Stalled:
    """A line that takes the first report that is sent, or all, and answers nothing."""

    def __init__(self, page: Page, *, all_of_them: bool = False) -> None:
        self.all = all_of_them
        self.held: list[Route] = []
        page.context.route("**/reports/", self._take)

    def _take(self, route: Route) -> None:
        if route.request.method == "POST" and (self.all or not self.held):
            self.held.append(route)
        else:
            route.continue_()


def test_what_is_looked_up_keeps_nobody_from_the_next_question(enter: Enter) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page, held = visitor.page, list[Route]()
    for address in ("**/reports/near*", "**/reports/api/places*"):
        visitor.context.route(address, lambda one: held.append(one))
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)
    page.click("[data-next]")
    page.fill("#place", "은하로 12")
    page.click("[data-next]")
    expect(page.locator("#q-kind")).to_be_visible(timeout=GIVEN_UP_MS)
    page.evaluate(
        "for (const [name, value] of [['lat', 34.2099], ['lon', 127.9133]])"
        " document.querySelector(`[name=${name}]`).value = value"
    )
    page.check("input[value=green]")
    page.click("[data-next]")
    expect(page.locator("#text")).to_be_visible(timeout=GIVEN_UP_MS)
    assert len(held) >= 2


def test_a_report_no_answer_comes_for_is_kept_and_keeps_no_other(
    enter: Enter, tmp_path: Path
) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    visitor.context.add_init_script(IMPATIENT)
    page, first, second = visitor.page, "줄이 멈춘 신고", "그 뒤에 쓴 신고"
    line = Stalled(page)
    fill(page, photo(tmp_path / "tree.jpg"), first, "솔숲로 12")
    page.wait_for_timeout(UNHURRIED_MS)
    other = visitor.context.new_page()
    visitor.watch(other)
    fill(other, photo(tmp_path / "lamp.jpg"), second, "노을로 33")
    other.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    expect(page.locator("[data-send]")).to_have_attribute("aria-busy", "true")
    other.click("[data-send]")
    other.wait_for_url("**/reports/*thanks=1", timeout=GIVEN_UP_MS)
    expect(page.locator("h1")).to_contain_text("아직 보내지 않았어요")
    assert len(line.held) == 1
    page.goto("/reports/unsent")
    page.wait_for_function(ALL_SENT)
    assert (stored(visitor, first), stored(visitor, second)) == (1, 1)


def test_a_new_report_waits_for_no_other_that_stalled(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page, first, second = visitor.page, "아직 멈춰 있는 신고", "기다리지 않은 신고"
    line = Stalled(page)
    fill(page, photo(tmp_path / "tree.jpg"), first, "솔숲로 32")
    page.wait_for_timeout(UNHURRIED_MS)
    other = visitor.context.new_page()
    visitor.watch(other)
    fill(other, photo(tmp_path / "lamp.jpg"), second, "노을로 43")
    other.wait_for_timeout(UNHURRIED_MS)
    with page.expect_request(lambda one: one.method == "POST"):
        page.click("[data-send]")
    other.click("[data-send]")
    # Sooner than the first one is given up.
    other.wait_for_url("**/reports/*thanks=1", timeout=SOON_MS)
    expect(page.locator("[data-send]")).to_have_attribute("aria-busy", "true")
    line.held[0].continue_()
    page.wait_for_url("**/reports/*thanks=1")
    assert (stored(visitor, first), stored(visitor, second)) == (1, 1)


def test_what_is_stalled_can_be_deleted_in_another_tab(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    visitor.context.add_init_script(IMPATIENT)
    page, words = visitor.page, "멈춘 동안 지운 신고"
    Stalled(page, all_of_them=True)
    fill(page, photo(tmp_path / "tree.jpg"), words, "구름로 43")
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    other = visitor.context.new_page()
    visitor.watch(other)
    other.goto("/reports/unsent")
    expect(other.locator(ROW)).to_contain_text(words)
    other.click(f"{ROW} [data-row-delete]")
    expect(other.locator(ROW)).to_contain_text("지웠어요", timeout=2 * GIVEN_UP_MS)
    visitor.context.unroute("**/reports/")
    other.evaluate(LOOKED_AT)
    other.evaluate(TURN)
    assert stored(visitor, words) == 0
