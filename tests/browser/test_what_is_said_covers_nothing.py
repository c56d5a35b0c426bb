"""What is said for some seconds leaves in sight what is to be answered, in large letters."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserType, Page

from tests.browser.test_large_letters_are_not_cut import TWICE
from tests.browser.visitor import PHONE, Visitor
from tests.conftest import bare_engine

SAID = {
    "ko": "찾았어요. 지도에서 본 곳이 맞는지 한 번 더 살펴보고, 다르면 핀을 옮겨 주세요.",
    "en": "Found. Please look once more whether the map shows the right spot, and move the pin.",
}
SAY = """(text) => document.dispatchEvent(
  new CustomEvent("say", { detail: { text, kind: "good" } }))"""
# What the message lies over of all that is asked, that may be pressed or that has the focus.
COVERED = """([wanted]) => {
  const toast = document.querySelector(".toast").getBoundingClientRect();
  return [...document.querySelectorAll(wanted)].filter((one) => {
    const own = one.getBoundingClientRect();
    const unseen = own.width < 2 || !one.checkVisibility()
      || one.closest(".sr-only, [data-toasts]");
    return !unseen && own.bottom > toast.top + 1 && own.top < toast.bottom - 1
      && own.right > toast.left && own.left < toast.right;
  }).map((one) => one.textContent.trim().slice(0, 40) || one.id);
}"""
ASKED = (
    ".step:not([hidden]) [data-question], .step-acts button:not([hidden]), :focus, .top a, .bar a"
)
ACTS = "main :is(a, button, input, select, textarea, summary), :focus"


@pytest.fixture(scope="module")
def large(chromium: BrowserType) -> Iterator[Browser]:
    with chromium.launch(executable_path=bare_engine(), args=["--no-sandbox", TWICE]) as started:
        yield started


def covered(page: Page, wanted: str) -> list[str]:
    return list(page.evaluate(COVERED, [wanted]))


def say(page: Page, lang: str) -> None:
    page.evaluate(SAY, SAID[lang])
    toast = page.locator(".toast").last
    toast.wait_for()
    box = toast.bounding_box()
    assert box
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= PHONE["height"]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_no_question_of_a_report_is_covered(large: Browser, city: str, lang: str) -> None:
    visitor = Visitor(large, city, lang=lang)
    visitor.come_as("minji")
    page = visitor.page
    page.goto("/reports/new")
    page.locator("[data-stepping]").wait_for()
    say(page, lang)
    page.wait_for_timeout(100)
    assert covered(page, ASKED) == []
    page.click("[data-next]")
    page.locator("#q-place").wait_for()
    for field in ("#place", "#q-place"):
        page.locator(field).focus()
        say(page, lang)
        page.wait_for_timeout(100)
        assert covered(page, ASKED) == [], field
    # Whatever is chosen from is seen whole by who goes on to the end.
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    assert covered(page, ".step:not([hidden]) :is(input, button, select, summary)") == []
    assert visitor.sideways() == 0
    visitor.leave()


@pytest.mark.parametrize("path", ["/me/places", "/reports/", "/reports/unsent", "/me/data"])
def test_a_pages_end_can_be_seen_and_pressed(large: Browser, city: str, path: str) -> None:
    visitor = Visitor(large, city)
    visitor.come_as("minji")
    page = visitor.page
    page.goto(path)
    page.locator("html[data-script]").wait_for()
    say(page, "ko")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    assert covered(page, ACTS) == []
    visitor.leave()


def test_what_one_stands_on_is_scrolled_clear(large: Browser, city: str) -> None:
    visitor = Visitor(large, city)
    visitor.come_as("minji")
    page = visitor.page
    page.goto("/me/places")
    page.locator("html[data-script]").wait_for()
    acts = page.locator("main :is(a, button)")
    for number in range(acts.count()):
        page.evaluate("document.querySelectorAll('.toast-close').forEach((one) => one.click())")
        acts.nth(number).focus()
        say(page, "ko")
        page.wait_for_timeout(60)
        assert covered(page, ":focus") == [], number
    visitor.leave()
