"""The queue's keys are places on the keyboard, whatever script is on, and can be turned off."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK

PRESS = """(key) => (document.activeElement ?? document.body).dispatchEvent(
  new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...key }))"""
AT_ROW = """[...document.querySelectorAll('[data-row]')]
  .indexOf(document.activeElement.closest('[data-row]'))"""


@pytest.fixture
def desk(enter: Enter) -> Page:
    page = enter("soyeon", viewport=DESK).page
    page.goto("/console/?view=new")
    page.locator("html[data-live=live]").wait_for()
    return page


def press(page: Page, key: str, code: str = "KeyJ", **more: object) -> int:
    """Press a key as the browser tells it, and return which row has the focus."""
    page.evaluate(PRESS, {"key": key, "code": code, **more})
    return int(page.evaluate(AT_ROW))


def test_hangul_and_caps_lock_are_no_hindrance(desk: Page) -> None:
    assert press(desk, "ㅓ") == 0
    assert press(desk, "J") == 1
    assert press(desk, "Process") == 2
    assert press(desk, "ㅏ", "KeyK") == 1
    # A letter that a keyboard of another kind has in that place is the letter.
    assert press(desk, "k", "KeyJ") == 0
    # What is being composed, or shifted, is no command.
    assert press(desk, "ㅓ", isComposing=True) == 0
    assert press(desk, "J", shiftKey=True) == 0
    desk.keyboard.press("Shift+?")
    expect(desk.get_by_role("dialog")).to_be_visible()


def test_they_can_be_turned_off_and_on(desk: Page) -> None:
    assert press(desk, "j") == 0
    desk.click("[data-help-open]")
    desk.get_by_label("이 브라우저에서 단축키 쓰기").uncheck()
    desk.keyboard.press("Escape")
    desk.reload()
    desk.locator("html[data-live=live]").wait_for()
    assert press(desk, "j") == -1
    assert press(desk, "?", "Slash", shiftKey=True) == -1
    expect(desk.get_by_role("dialog")).to_be_hidden()
    desk.click("[data-help-open]")
    desk.get_by_label("이 브라우저에서 단축키 쓰기").check()
    desk.keyboard.press("Escape")
    desk.evaluate("document.activeElement.blur()")
    assert press(desk, "j") == 0
