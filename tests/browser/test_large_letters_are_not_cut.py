"""Who sets letters to twice their size in the browser reads every word: a page is laid out by the
room its letters leave, and nothing that holds words stays as high or as wide as before."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserType

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, Visitor
from tests.conftest import bare_engine

# Chromium's own setting, twice the 16 points it begins with.
TWICE = "--blink-settings=defaultFontSize=32"
PAGES = [
    "/",
    "/reports/",
    "/reports/map",
    "/reports/numbers",
    "/reports/new",
    "/me/places",
    "/me/news",
]
# Words that stand beyond what holds them, where that neither scrolls nor is unseen on purpose.
CUT = """() => [...document.querySelectorAll(
    ".bar span, .top span, .report-meta *, select, .map-ring span")]
  .filter((e) => {
    const own = e.getBoundingClientRect();
    const unseen = e.closest(".sr-only, .top-word, .top-name, [hidden]") || own.width < 2;
    if (unseen || !e.textContent.trim()) return false;
    const [bar, card] = [e.closest(".bar a"), e.closest(".report-row")];
    const frame = (bar ?? card ?? e).getBoundingClientRect();
    const beyond = own.right > frame.right + 1 || own.bottom > frame.bottom + 1;
    return beyond || (e.matches("select") && e.scrollHeight > e.clientHeight + 1)
      || (e.matches(".map-ring span") && e.getClientRects().length > 1);
  }).map((e) => e.textContent.trim().slice(0, 40))"""


@pytest.fixture(scope="module")
def large(chromium: BrowserType) -> Iterator[Browser]:
    with chromium.launch(executable_path=bare_engine(), args=["--no-sandbox", TWICE]) as started:
        yield started


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_phone_shows_every_word(large: Browser, city: str, lang: str) -> None:
    visitor = Visitor(large, city, lang=lang)
    visitor.come_as("minji")
    wrong: list[str] = []
    for path in PAGES:
        visitor.page.goto(path)
        visitor.page.locator("html[data-script]").wait_for()
        wrong += [f"{path}: {cut}" for cut in visitor.page.evaluate(CUT)]
        wrong += [f"{path}: {visitor.sideways()} px too wide"] if visitor.sideways() > 0 else []
    visitor.leave()
    assert not wrong, wrong


def test_a_desk_is_laid_out_for_the_room_there_is(large: Browser, city: str) -> None:
    visitor = Visitor(large, city, lang="en", viewport=DESK)
    visitor.come_as("hana")
    visitor.page.goto("/console/?view=live")
    assert visitor.page.evaluate(CUT) == []
    assert visitor.sideways() == 0
    visitor.leave()


def test_letters_of_their_usual_size_have_the_rail(enter: Enter) -> None:
    page = enter(viewport={"width": 900, "height": 700}).page
    page.goto("/reports/")
    bar = page.locator(".bar").bounding_box()
    assert bar is not None
    assert (bar["x"], round(bar["width"])) == (0, 88)
