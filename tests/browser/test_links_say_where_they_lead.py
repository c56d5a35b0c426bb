"""Read one by one, as a screen reader lists them, links and buttons say what each is of."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK

LANGS = pytest.mark.parametrize(("lang", "words"), [("ko", "신고"), ("en", "Reports here")])


@LANGS
def test_a_ring_on_the_map_is_more_than_a_number(enter: Enter, lang: str, words: str) -> None:
    page = enter(lang=lang, viewport=DESK).page
    page.goto("/reports/map")
    page.locator(".map-ring").first.wait_for()
    for ring in page.locator(".map-ring").all():
        number = ring.inner_text()
        name = str(ring.get_attribute("aria-label"))
        assert words in name
        assert number in name


def test_each_of_several_answers_is_named(enter: Enter) -> None:
    page = enter("minji", lang="en").page
    page.goto("/")
    named = [link.inner_text() for link in page.locator(".home-cards .card-act").all()]
    assert named
    assert all(len(name) > len("Read it: ") for name in named), named


def test_the_small_map_of_a_report_leads_nowhere_by_key(enter: Enter) -> None:
    page = enter(viewport=DESK).page
    page.goto("/reports/")
    page.locator(".report-title a").first.click()
    pin = page.locator(".map-small .map-pin")
    expect(pin).to_be_visible()
    assert pin.get_attribute("role") is None
    assert page.locator(".map-small [tabindex='0']").count() == 0
