"""Whose role has to be confirmed again while they type is told so, and loses nothing."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.test_a_session_ends_under_an_open_page import WORDS, begin_answer, comes_back
from tests.browser.visitor import DESK
from tests.people import TAEHO

Lapse = Callable[[bool], None]
LAPSED = "[data-lapsed]"


@pytest.fixture
def lapse(city: str, city_folder: Path) -> Iterator[Lapse]:
    """Return the way to let taeho's role be the word of a provider who is to be asked again."""
    assert TAEHO.id is not None
    person = TAEHO.id.hex

    def change(lapsed: bool) -> None:
        told = (
            ("https://login.example.org", "2020-01-01 00:00:00.000000") if lapsed else (None, None)
        )
        with closing(sqlite3.connect(city_folder / "madang.db", timeout=20)) as notebook, notebook:
            done = notebook.execute(
                "UPDATE person_role SET issuer = ?, confirmed_at = ? WHERE person_id = ?",
                (*told, person),
            )
            assert done.rowcount > 0, city

    yield change
    change(False)


def confirm(page: Page, way: str, lapse: Lapse) -> None:
    """Come back from the provider, as its sign-in leads."""
    link = urlsplit(str(page.locator(way).get_attribute("href")))
    assert link.path == "/sign-in/oidc"
    lapse(False)
    page.goto(unquote(link.query.removeprefix("next=")))


def test_an_answer_that_was_sent_stands_where_it_was(enter: Enter, lapse: Lapse) -> None:
    page = begin_answer(enter, "taeho").page
    case = page.url
    lapse(True)
    page.locator("[data-act=answer] button").click()
    page.locator("[data-code=role_unconfirmed]").wait_for()
    confirm(page, "main a[href^='/sign-in/oidc']", lapse)
    comes_back(page, case)
    page.reload()
    expect(page.locator("#answer-text")).to_have_value("")


def test_an_open_case_says_so_and_keeps_what_was_typed(enter: Enter, lapse: Lapse) -> None:
    visitor = begin_answer(enter, "taeho")
    page, case = visitor.page, visitor.page.url
    lapse(True)
    tell_the_queue(enter)
    expect(page.locator(LAPSED)).to_be_visible()
    expect(page.locator("[data-signed-out]")).to_be_hidden()
    expect(page.locator("#answer-text")).to_have_value(WORDS)
    assert visitor.violations() == []
    page.evaluate("addEventListener('click', (event) => event.preventDefault())")
    page.click(f"{LAPSED} a")
    confirm(page, f"{LAPSED} a", lapse)
    comes_back(page, case)


def tell_the_queue(enter: Enter) -> None:
    """Let a colleague write a note: every open queue is told."""
    page = enter("soyeon", viewport=DESK).page
    page.goto("/console/?view=new")
    page.locator("[data-row] a").first.click()
    page.locator("[data-act=note] summary").click()
    page.locator("[data-act=note] textarea").fill("전화로 알려 왔어요.")
    page.locator("[data-act=note] form button").click()
    page.wait_for_load_state()
