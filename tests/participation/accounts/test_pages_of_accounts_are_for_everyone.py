"""What the walk over all pages cannot come to: a provider that is away, a switch that is on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import oidc, servers
from tests.browser.visitor import DESK, PHONE, Visitor

LOOKS = [("ko", "dark", PHONE), ("en", "light", DESK)]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A city whose provider is away, so that its page of trouble is seen too."""
    away = oidc.settings("http://127.0.0.1:9")
    with servers.madang(tmp_path_factory.mktemp("city"), **away) as url:
        yield url


@pytest.mark.parametrize(("lang", "scheme", "size"), LOOKS)
def test_they_are_for_everyone_too(
    city: str,
    browser: Browser,
    request: pytest.FixtureRequest,
    lang: str,
    scheme: str,
    size: dict[str, int],
) -> None:
    wanted = request.config.getoption("--screens")
    visitor = Visitor(
        browser, city, lang=lang, viewport=size, color_scheme=scheme, expects_refusals=True
    )
    wrong: list[str] = []

    def look(path: str) -> None:
        visitor.page.goto(path)
        wrong.extend(f"{path} {found}" for found in visitor.violations())
        if visitor.sideways():
            wrong.append(f"{path} can be pushed sideways by {visitor.sideways()}")
        if wanted:
            name = path.strip("/").replace("/", "-").split("?")[0]
            picture = f"{name}-{lang}-{scheme}-{size['width']}.png"
            visitor.page.screenshot(path=Path(wanted) / picture, full_page=True)

    look("/sign-in/oidc")
    visitor.sign_in("minji")
    visitor.page.goto("/me/data")
    visitor.page.get_by_role("switch").click()
    look("/me/data")
    visitor.page.get_by_role("switch").click()
    visitor.page.locator("summary").click()
    wrong.extend(visitor.violations())
    visitor.leave()
    assert wrong == []


def test_the_switch_works_by_keyboard(city: str, browser: Browser) -> None:
    visitor = Visitor(browser, city, lang="en")
    visitor.sign_in("jun")
    visitor.page.goto("/me/data")
    switch = visitor.page.get_by_role("switch", name="Notices on my phone or computer")
    assert switch.get_attribute("aria-checked") == "false"
    switch.focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/me/notifications")
    visitor.page.goto("/me/data")
    assert visitor.page.get_by_role("switch").get_attribute("aria-checked") == "true"
    visitor.leave()
