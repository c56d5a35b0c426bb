"""In Firefox nothing is replaced: its own keys, its own push service line, its own notification."""

from pathlib import Path

from tests.browser.autopush import Autopush
from tests.browser.firefox import firefox

TITLES = """return (await (await navigator.serviceWorker.ready).getNotifications())
    .map((one) => one.title);"""
SAID = """return [...document.querySelectorAll("[data-said]:not([hidden])")]
    .map((one) => one.dataset.said);"""
STATE = """return [...document.querySelectorAll("[data-when]:not([hidden])")]
    .map((one) => one.dataset.when).join();"""

LISTENS = (
    """return performance.getEntriesByType("resource").some((one) => /push-/.test(one.name));"""
)


def test_from_the_first_tap_to_the_last(city: str, tmp_path: Path) -> None:
    page = f"{city}/me/notifications"
    with Autopush() as service, firefox(tmp_path, service.line_url) as fox:
        fox.go(f"{city}/sign-in/demo")
        fox.click("button[value=jun]")
        fox.go(page)
        fox.until(lambda: fox.ask(STATE) == "off")
        fox.click("[data-act=on]")
        fox.until(lambda: fox.ask(SAID) == ["shown"])
        assert (service.refusals, service.acks, service.nacks) == ([], [100], [])
        assert len(fox.ask(TITLES)) == 1
        assert fox.ask(STATE) == "on"

        fox.go(f"{city}/")
        fox.until(fox.tap_notification)
        fox.until(lambda: page in fox.tabs())
        assert fox.ask(TITLES) == []

        # The push service forgets everybody; the worker asks anew and tells the city by itself.
        service.lose_memory()
        fox.until(lambda: len(service.browsers) == 2)
        fox.go(page)
        fox.until(lambda: fox.ask(STATE) == "on")
        fox.click("[data-test] button")
        fox.until(lambda: fox.ask(SAID) == ["shown"])
        assert service.arrived[-1].token == list(service.browsers)[-1]

        # Who signs out is no longer told here: the next one at this browser may be another.
        fox.go(f"{city}/me")
        fox.until(lambda: fox.ask(LISTENS))
        fox.click("form[action='/sign-out'] button")
        fox.until(lambda: all(browser.gone for browser in service.browsers.values()))
