"""Operators see the team first, and find anyone by name or address, a page at a time."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.accounts.models import Person
from participation.accounts.queries_people import PAGE, Sought, page_of
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from services.ids import new_id
from tests.conftest import AT
from tests.pages import Pages
from tests.people import HANA, JUN, MINJI, SOYEON

PEOPLE = "/console/people/"
NOBODY = UUID(int=9)
NAMESAKES = 2 * PAGE + 3


@pytest.fixture
def crowd(app: Flask) -> list[str]:
    """Let many move in, some of one name, and return their addresses."""
    made = [f"neighbour{n}@mail.example" for n in range(NAMESAKES)]
    since = clock.now() - timedelta(days=1)
    with unit_of_work(app.extensions["engine"]) as session:
        for n, address in enumerate(made):
            named = "나 이웃" if n % 2 else f"나 {n:03}"
            row = Person(id=new_id(), display_name=named, email=address, created_at=since)
            session.add(row)
    return made


def walk(session: Session, sought: Sought) -> Iterator[list[str]]:
    """Yield the ids of each page, from the first to the last."""
    while True:
        page = page_of(session, sought, AT)
        yield [str(one.id) for one in page.people]
        if page.after is None:
            return
        sought = Sought(sought.query, sought.who, page.after)


@pytest.mark.parametrize("query", ["", "나 "])
def test_everyone_stands_on_one_page_and_once(app: Flask, crowd: list[str], query: str) -> None:
    with Session(app.extensions["engine"]) as session:
        pages = list(walk(session, Sought(query, "everyone")))
        here = sa.select(sa.func.count()).select_from(Person).where(Person.erased_at.is_(None))
        named = here.where(Person.display_name.startswith(query))
        there = session.scalar(named)
    all_of_them = [one for page in pages for one in page]
    assert [len(page) for page in pages[:2]] == [PAGE, PAGE]
    assert len(all_of_them) == len(set(all_of_them)) == there


def shown(page: str) -> set[str]:
    return set(re.findall(rf"{PEOPLE}([0-9a-f-]+)/role", page))


def test_the_team_comes_first(visit: Callable[[Actor | None], Pages], crowd: list[str]) -> None:
    pages = visit(HANA)
    team = shown(pages.get(PEOPLE))
    assert {str(SOYEON.id), str(HANA.id)} <= team
    assert str(MINJI.id) not in team
    assert "나 이웃" not in pages.get(PEOPLE)
    first = pages.get(f"{PEOPLE}?who=everyone")
    assert len(shown(first)) == PAGE
    (onward,) = re.findall(r'rel="next" href="([^"]+)"', first)
    assert not shown(first) & shown(pages.get(unescape(onward)))


def test_the_whole_address_finds_one_and_is_told_to_nobody(
    visit: Callable[[Actor | None], Pages], crowd: list[str]
) -> None:
    pages = visit(HANA)
    found = pages.get(f"{PEOPLE}?query={crowd[7].upper()}")
    assert len(shown(found)) == 1
    assert crowd[7] not in found
    assert shown(pages.get(f"{PEOPLE}?query=neighbour7@")) == set()
    assert crowd[7] not in pages.get(f"{PEOPLE}?who=everyone")


def test_who_leaves_the_team_stays_in_sight(visit: Callable[[Actor | None], Pages]) -> None:
    """What was pressed by mistake is put right where it was pressed."""
    pages = visit(HANA)
    pages.get(PEOPLE)
    url = f"{PEOPLE}{SOYEON.id}/role"
    came = pages.post(url, 303, role="moderator", give="0", who="team")
    assert str(SOYEON.id) in shown(pages.get(str(came.location)))
    assert str(SOYEON.id) not in shown(pages.get(PEOPLE))


def test_a_page_after_the_last_leads_to_the_first(visit: Callable[[Actor | None], Pages]) -> None:
    pages = visit(HANA)
    last = pages.get(f"{PEOPLE}?after={HANA.id}&query=%ED%9E%A3")
    assert shown(last) == set()
    assert shown(pages.get(f"{PEOPLE}?who=everyone&after={JUN.id}")) | {str(JUN.id)} <= shown(
        pages.get(f"{PEOPLE}?who=everyone")
    )


@pytest.mark.parametrize("odd", ["?who=nobody", "?after=x&kept=y", "?after=" + str(NOBODY)])
def test_an_odd_address_shows_the_team(visit: Callable[[Actor | None], Pages], odd: str) -> None:
    pages = visit(HANA)
    assert shown(pages.get(PEOPLE + odd)) == shown(pages.get(PEOPLE))


def test_a_name_is_found_in_small_letters_too(app: Flask, crowd: list[str]) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        changed = sa.update(Person).where(Person.email == crowd[3])
        session.execute(changed.values(display_name="Kim 100% Sun"))
    with Session(app.extensions["engine"]) as session:
        found = page_of(session, Sought("kim 100%", "everyone"), AT).people
        assert page_of(session, Sought("kim 10_", "everyone"), AT).people == []
    assert [one.name for one in found] == ["Kim 100% Sun"]
