"""Answers that may be somebody's own are kept by no cache, and an odd cookie is nobody's."""

from collections.abc import Callable

import pytest

from services.auth import Actor
from tests.pages import Pages
from tests.people import MINJI

Visit = Callable[[Actor | None], Pages]


@pytest.mark.parametrize("path", ["/", "/me/data", "/reports/api/places?q=x"])
def test_what_may_be_ones_own_is_kept_by_no_shared_cache(visit: Visit, path: str) -> None:
    answer = visit(MINJI).client.get(path)
    assert answer.status_code == 200
    assert "private" in answer.headers["Cache-Control"]
    assert "Cookie" in answer.headers["Vary"]


def test_all_that_is_held_of_a_person_is_not_kept_at_all(visit: Visit) -> None:
    assert "no-store" in visit(MINJI).client.get("/me/export").headers["Cache-Control"]


def test_a_cookie_in_strange_letters_is_no_browser_we_know(visit: Visit) -> None:
    pages = visit(MINJI)
    pages.client.set_cookie("madang_device", "x.\u00e9")
    assert pages.client.get("/reports/new").status_code == 200
