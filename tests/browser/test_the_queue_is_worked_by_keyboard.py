"""A moderator works the whole queue by keyboard: no key but those that `?` shows, no mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.keyboard import focus_is_seen
from tests.browser.visitor import DESK

REASON = "우리 시의 일이 아니에요. 도로공사에 알려 주세요."
ANSWER = "내일 아침에 가서 볼게요."
FOCUSED = "document.activeElement?.closest('[data-row]')?.querySelector('a')?.pathname ?? ''"


@pytest.fixture
def desk(enter: Enter) -> Page:
    """The queue of what is new, as the moderator opens it."""
    page = enter("soyeon", viewport=DESK, reduced_motion="reduce").page
    page.goto("/console/?view=new")
    page.locator("[data-row]").nth(3).wait_for()
    heard(page)
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def choose(page: Page, name: str) -> None:
    """Go down the list that has the focus until `name` is chosen."""
    chosen = page.locator("select:focus option:checked")
    for _ in range(page.locator("select:focus option").count()):
        if chosen.inner_text() == name:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the list has no {name}")


def heard(page: Page) -> None:
    """Wait until the page's own script hears keys."""
    page.locator("html[data-live=live]").wait_for()


def row(page: Page) -> str:
    """Return the address of the row that has the focus."""
    return str(page.evaluate(FOCUSED))


def open_first(page: Page) -> str:
    """Open the queue's first report and return its address."""
    press(page, "j", "Enter")
    page.locator(".case").wait_for()
    heard(page)
    return page.url.split("?")[0]


def test_the_keys_are_told_and_the_telling_leaves_by_escape(desk: Page) -> None:
    press(desk, "?")
    told = desk.get_by_role("dialog")
    expect(told).to_be_visible()
    for key in ("j", "k", "s", "b", "r", "a", "m", "n", "x", "u"):
        expect(told.locator("kbd", has_text=re.compile(f"^{key}$"))).to_have_count(1)
    press(desk, "j")
    assert row(desk) == ""
    press(desk, "Escape")
    expect(told).to_be_hidden()


def test_j_and_k_walk_the_queue_and_enter_opens(desk: Page) -> None:
    press(desk, "j")
    first = row(desk)
    focus_is_seen(desk)
    press(desk, "j")
    second = row(desk)
    assert second not in ("", first)
    press(desk, "k")
    assert row(desk) == first
    press(desk, "k")
    assert row(desk) == first
    press(desk, "j", "Enter")
    desk.locator(".case").wait_for()
    assert desk.url.split("?")[0].endswith(second)
    expect(desk.locator("[data-current]")).to_have_count(1)


def test_a_report_is_assigned_and_noted(desk: Page) -> None:
    open_first(desk)
    press(desk, "a")
    expect(desk.locator("#assign-person")).to_be_focused()
    choose(desk, "최소연")
    press(desk, "Tab", "Enter")
    expect(desk.locator("[data-current] .queue-meta")).to_contain_text("최소연")
    heard(desk)
    press(desk, "n")
    expect(desk.locator("#note-text")).to_be_focused()
    desk.keyboard.type("담당 반에 전화했어요.")
    press(desk, "Tab", "Enter")
    desk.wait_for_load_state()
    heard(desk)
    press(desk, "n")
    expect(desk.locator("[data-act=note]")).to_contain_text("담당 반에 전화했어요.")


def test_an_answer_starts_from_a_ready_text_and_is_taken_back_in_time(desk: Page) -> None:
    case = open_first(desk)
    before = desk.locator(".case .chip").first.inner_text()
    press(desk, "r")
    expect(desk.locator("#answer-status")).to_be_focused()
    choose(desk, "시에서 확인")
    press(desk, "Tab")
    expect(desk.locator("#answer-ready")).to_be_focused()
    press(desk, "ArrowDown")
    expect(desk.locator("#answer-text")).not_to_have_value("")
    press(desk, "Tab", "Control+End")
    desk.keyboard.type(f" {ANSWER}")
    # A letter typed into the answer is no command.
    expect(desk.get_by_role("dialog")).to_be_hidden()
    press(desk, "Tab", "Enter")
    expect(desk.locator("[data-fades]")).to_be_visible()
    expect(desk.locator(".case .chip").first).not_to_have_text(before)
    heard(desk)
    press(desk, "u")
    expect(desk.locator("[data-fades]")).to_have_count(0)
    desk.goto(case)
    expect(desk.locator(".case .chip").first).to_have_text(before)
    expect(desk.locator(".thread")).not_to_contain_text(ANSWER)


def test_many_are_chosen_acknowledged_at_once_and_taken_back(desk: Page) -> None:
    expect(desk.locator("[data-bulk]")).to_be_hidden()
    press(desk, "j", "s", "j", "s")
    chosen = [str(box.get_attribute("value")) for box in desk.locator("[name=ids]:checked").all()]
    assert len(chosen) == 2
    expect(desk.locator("[data-bulk-count]")).to_have_text("2건 고름")
    expect(desk.locator("[role=status][data-bulk-said]")).to_have_text("2건 고름")
    press(desk, "b")
    expect(desk.locator("[data-bulk] button").first).to_be_focused()
    focus_is_seen(desk)
    press(desk, "Enter")
    expect(desk.locator("[data-fades]")).to_be_visible()
    desk.goto("/console/?view=new")
    for one in chosen:
        expect(desk.locator(f"#row-{one}")).to_have_count(0)


def test_what_changed_under_a_tick_is_held_back_and_named(desk: Page, enter: Enter) -> None:
    press(desk, "j", "s", "j", "s")
    boxes = desk.locator("[name=ids]:checked").all()
    changed, other = (str(box.get_attribute("value")) for box in boxes)
    stood = desk.locator(f"[data-row] [name=rows][value^='{changed}']").get_attribute("value")
    colleague = enter("taeho", viewport=DESK).page
    colleague.goto(f"/console/reports/{changed}")
    heard(colleague)
    press(colleague, "n")
    colleague.keyboard.type("벌써 전화했어요.")
    press(colleague, "Tab", "Enter")
    # The list has heard of it, and the tick still stands for what was ticked.
    expect(desk.locator(f"[name=rows][value='{stood}']")).to_have_count(0)
    expect(desk.locator("[name=ids]:checked")).to_have_count(2)
    press(desk, "b", "Enter")
    left = desk.locator("#left")
    expect(left).to_contain_text("그사이 이 신고가 바뀌었어요")
    expect(left.locator("a")).to_have_attribute("href", f"/console/reports/{changed}?view=new")
    expect(desk.locator(f"#row-{changed}")).to_have_count(1)
    expect(desk.locator(f"#row-{other}")).to_have_count(0)


def test_a_closed_case_says_what_it_was_closed_with(desk: Page) -> None:
    open_first(desk)
    press(desk, "x")
    expect(desk.locator("#reject-reason")).to_be_focused()
    desk.keyboard.type(REASON)
    press(desk, "Escape")
    expect(desk.locator("#reject-reason")).not_to_be_focused()
    expect(desk.locator("#reject-reason")).not_to_have_value("")
    press(desk, "x", "Tab", "Enter")
    expect(desk.locator("[data-fades]")).to_be_visible()
    heard(desk)
    press(desk, "u")
    desk.wait_for_url("**again=*")
    expect(desk.locator("#reject-reason")).to_have_value(REASON)


def test_below_the_last_row_stands_the_next_page_and_it_stays_live(desk: Page) -> None:
    desk.goto("/console/?view=ended")
    rows = desk.locator("[data-row]")
    expect(rows).to_have_count(100)
    first = rows.first.locator("a").get_attribute("id")
    heard(desk)
    rows.last.locator("a").focus()
    press(desk, "j")
    expect(desk.locator("#queue-next")).to_be_focused()
    focus_is_seen(desk)
    press(desk, "k", "j", "j", "Enter")
    desk.wait_for_url("**after=*")
    expect(desk.locator(f"#{first}")).to_have_count(0)
    assert 0 < rows.count() < 100
    heard(desk)
    press(desk, "j", "Enter")
    desk.locator(".case").wait_for()
    assert "after=" in desk.url
    heard(desk)
    press(desk, "n")
    desk.keyboard.type("전화했어요.")
    press(desk, "Tab", "Enter")
    desk.wait_for_load_state()
    heard(desk)
    assert "after=" in desk.url
    expect(desk.locator(f"#{first}")).to_have_count(0)


def test_many_are_turned_down_by_keyboard_and_taken_back(desk: Page) -> None:
    press(desk, "x")
    expect(desk.locator("#bulk-reason")).to_be_hidden()
    press(desk, "j", "s", "j", "s")
    chosen = [str(box.get_attribute("value")) for box in desk.locator("[name=ids]:checked").all()]
    press(desk, "x")
    expect(desk.locator("#bulk-reason")).to_be_focused()
    press(desk, "Shift+Tab", "ArrowDown")
    expect(desk.locator("#bulk-reason")).not_to_have_value("")
    press(desk, "Tab", "Control+End")
    desk.keyboard.type(" 도로공사에 알려 주세요.")
    press(desk, "Tab", "Enter")
    expect(desk.locator("[data-fades]")).to_be_visible()
    for one in chosen:
        expect(desk.locator(f"#row-{one}")).to_have_count(0)
    heard(desk)
    press(desk, "u")
    for one in chosen:
        expect(desk.locator(f"#row-{one}")).to_have_count(1)
