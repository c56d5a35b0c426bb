"""Where a browser shows no notices the page says what can be done there."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter

pytestmark = pytest.mark.whole_browser

CALM = {"lang": "ko", "reduced_motion": "reduce"}


def test_a_blocked_page_says_how_to_get_out(enter: Enter) -> None:
    visitor = enter("minji", **CALM)
    visitor.context.add_init_script(
        "Object.defineProperty(Notification, 'permission', {get: () => 'denied'})"
    )
    visitor.page.goto("/me/notifications")
    expect(visitor.page.locator("[data-when=denied]")).to_contain_text("알림을 허용")
    assert not visitor.violations()


def test_an_iphone_is_shown_the_way_to_the_home_screen(enter: Enter) -> None:
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) Safari/604.1"
    visitor = enter("minji", reduced_motion="reduce", user_agent=agent)
    visitor.page.goto("/me/notifications")
    visitor.page.click("[data-act=home-screen]")
    expect(visitor.page.locator("dialog")).to_contain_text("홈 화면에 추가")
    assert not visitor.violations()
    assert visitor.sideways() == 0


def test_without_script_the_page_says_what_to_do(enter: Enter) -> None:
    visitor = enter("minji", lang="en", java_script_enabled=False)
    visitor.page.goto("/me/notifications")
    expect(visitor.page.locator("[data-when=plain]")).to_be_visible()
