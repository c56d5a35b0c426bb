"""Who reads in high contrast has a few colours of the system's own. What is on, chosen or here is
told apart in them too, by day and by night."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK

GROUND = "(e) => getComputedStyle(e).backgroundColor"
KNOB = """(e) => ["::before", "::after"].map((p) => getComputedStyle(e, p).backgroundColor)"""
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


def ground(page: Page, selector: str) -> str:
    return str(page.locator(selector).first.evaluate(GROUND))


@SCHEMES
def test_what_is_chosen_has_a_ground_of_its_own(enter: Enter, scheme: str) -> None:
    page = enter(forced_colors="active", color_scheme=scheme).page
    page.goto("/reports/?category=litter")
    for kind in (".chips .choice", ".bar a"):
        assert ground(page, f"{kind}[aria-current]") != ground(page, f"{kind}:not([aria-current])")


@SCHEMES
def test_a_switch_shows_whether_it_is_on(enter: Enter, scheme: str) -> None:
    page = enter("minji", forced_colors="active", color_scheme=scheme).page
    page.goto("/me/data")
    switch = page.locator(".switch").first
    shown = []
    for checked in ("true", "false"):
        switch.evaluate("(e, checked) => e.setAttribute('aria-checked', checked)", checked)
        track, knob = switch.evaluate(KNOB)
        assert track != knob, (checked, track)
        shown.append(track)
    assert shown[0] != shown[1]


@SCHEMES
def test_how_grave_a_report_is_can_be_counted(enter: Enter, scheme: str) -> None:
    page = enter("soyeon", viewport=DESK, forced_colors="active", color_scheme=scheme).page
    page.goto("/console/?view=live")
    row = ".queue-row:has(.severity i:not([data-on])) .severity i"
    assert ground(page, f"{row}[data-on]") != ground(page, f"{row}:not([data-on])")
    view = ".views .view"
    assert ground(page, f"{view}[aria-current]") != ground(page, f"{view}:not([aria-current])")
