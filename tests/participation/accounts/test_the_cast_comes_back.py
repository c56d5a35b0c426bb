"""Whoever plays at leaving takes nobody's part in the demo city away for good."""

from collections.abc import Callable

import pytest

from services.auth import Actor
from tests.pages import Pages
from tests.people import PEOPLE

Visit = Callable[[Actor | None], Pages]


@pytest.mark.parametrize(("who", "name"), [("minji", "김민지"), ("soyeon", "최소연")])
def test_the_next_tap_finds_them_as_they_were(visit: Visit, who: str, name: str) -> None:
    visit(PEOPLE[who]).post("/me/erase")
    pages = visit(None)
    pages.get("/sign-in/demo")
    pages.post("/sign-in/demo", who=who, next="/me")
    assert name in pages.get("/me")
    pages.get("/console/", status=200 if who == "soyeon" else 403)


def test_of_the_others_nothing_changes(visit: Visit) -> None:
    visit(PEOPLE["minji"]).post("/me/erase")
    pages = visit(PEOPLE["jun"])
    pages.post("/sign-in/demo", who="jun", next="/me")
    assert "박준" in pages.get("/me")
