"""Who knows an address neither keeps its owner from signing in nor guesses at it without end."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.accounts import actions, jobs
from participation.accounts.actions_codes import NOBODY, Asker, redeem_code, request_code
from participation.accounts.models import KnownBrowser, Person
from services.auth import STRANGER, Actor
from services.db import Session
from services.errors import TooManyError
from services.letters import LetterOut
from tests.conftest import AT
from tests.pages import Pages

SECRET = "s" * 40
MAIL, OTHER = "yuna@example.org", "nobody@example.org"
OWNER, STRANGER_THERE = Asker("owner", "her line"), Asker("stranger", "another line")
SECOND = timedelta(seconds=1)


@pytest.fixture
def owner(session: Session) -> UUID:
    """Someone who signed in with a browser before."""
    person = actions.join(session, STRANGER, "유나", MAIL, at=AT)
    actions.sign_in(session, person, "Firefox", browser=OWNER.browser, at=AT)
    return person


def ask(session: Session, asker: Asker, at: datetime = AT, mail: str = MAIL) -> str:
    return request_code(session, SECRET, mail, asker, at=at)


def enter(
    session: Session, asker: Asker, code: str, at: datetime = AT, mail: str = MAIL
) -> UUID | None:
    return redeem_code(session, SECRET, mail, code, asker, at=at)


def guess(session: Session, times: int, mail: str = MAIL, at: datetime = AT) -> None:
    """Guess wrong so many times, five at a code, each code from elsewhere."""
    for number in range(times // 5):
        asker = Asker(f"browser {number} {at}", f"line {number} {at}")
        ask(session, asker, at + number // 20 * timedelta(hours=1), mail)
        for _ in range(5):
            enter(session, asker, "x", at + number // 20 * timedelta(hours=1), mail)


def refused(session: Session, asker: Asker, at: datetime = AT, mail: str = MAIL) -> bool:
    try:
        ask(session, asker, at, mail)
    except TooManyError:
        return True
    return False


@pytest.mark.usefixtures("owner")
def test_what_others_ask_for_takes_nothing_from_the_owner(session: Session) -> None:
    mine = ask(session, OWNER)
    for second in range(5):
        ask(session, STRANGER_THERE, AT + second * SECOND)
    assert refused(session, STRANGER_THERE)
    assert enter(session, OWNER, mine, AT + 9 * SECOND) is not None
    assert not refused(session, OWNER)


def test_a_code_is_good_where_it_was_asked_for(session: Session) -> None:
    code = ask(session, OWNER)
    assert enter(session, STRANGER_THERE, code) is None
    assert enter(session, NOBODY, code) is None
    assert enter(session, OWNER, code) is not None


@pytest.mark.usefixtures("owner")
def test_new_browsers_of_one_line_are_one_and_known_ones_are_not(session: Session) -> None:
    for number in range(5):
        ask(session, Asker(f"new {number}", "cafe"))
    assert refused(session, Asker("new 5", "cafe"))
    assert not refused(session, Asker(OWNER.browser, "cafe"))


@pytest.mark.usefixtures("owner")
def test_an_address_is_sent_so_much_and_no_more(session: Session) -> None:
    for number in range(25):
        ask(session, Asker(f"new {number}", f"line {number}"))
    assert refused(session, STRANGER_THERE)
    assert not refused(session, OWNER)
    assert not refused(session, STRANGER_THERE, AT + timedelta(hours=1))


@pytest.mark.parametrize(("lang", "said"), [("ko", "누군가"), ("en", "Someone")])
def test_after_many_misses_its_owner_hears_of_it_and_comes_in(
    session: Session, owner: UUID, lang: str, said: str
) -> None:
    session.get_one(Person, owner).language = lang
    early = ask(session, STRANGER_THERE)
    guess(session, 50)
    (letter,) = session.scalars(sa.select(LetterOut))
    assert (letter.to, letter.subject.startswith(said)) == (MAIL, True)
    # Neither a new code nor one on its way is taken from a browser nobody knows.
    assert refused(session, STRANGER_THERE)
    assert enter(session, STRANGER_THERE, early) is None
    assert enter(session, OWNER, ask(session, OWNER)) == owner
    later = AT + timedelta(days=1)
    assert enter(session, STRANGER_THERE, ask(session, STRANGER_THERE, later), later) == owner


@pytest.mark.usefixtures("owner")
def test_one_letter_a_day_is_enough(session: Session) -> None:
    guess(session, 45)
    # Two more codes on their way when the line is crossed, and what ages out is missed anew.
    ways = [Asker(f"way {n}", f"way {n}") for n in range(2)]
    for way in ways:
        ask(session, way)
    for way in ways:
        for _ in range(5):
            enter(session, way, "x")
    assert len(session.scalars(sa.select(LetterOut)).all()) == 1
    guess(session, 50, at=AT + timedelta(days=1, seconds=1))
    assert len(session.scalars(sa.select(LetterOut)).all()) == 2


@pytest.mark.usefixtures("owner")
def test_nobody_learns_whose_address_it_is(session: Session) -> None:
    answers = []
    for mail in (MAIL, OTHER):
        early = ask(session, STRANGER_THERE, mail=mail)
        guess(session, 50, mail)
        with pytest.raises(TooManyError) as told:
            ask(session, STRANGER_THERE, mail=mail)
        missed = enter(session, STRANGER_THERE, early, mail=mail)
        answers.append((told.value.retry_after_s, missed))
    assert answers[0] == answers[1]
    assert [one.to for one in session.scalars(sa.select(LetterOut))] == [MAIL]


def test_a_browser_is_known_for_a_year(session: Session, owner: UUID) -> None:
    known = sa.select(sa.func.count()).where(KnownBrowser.person_id == owner)
    jobs.forget_past(session, AT + timedelta(days=364))
    assert session.scalar(known) == 1
    jobs.forget_past(session, AT + timedelta(days=366))
    assert session.scalar(known) == 0


def test_on_the_pages(app: Flask, visit: Callable[[Actor | None], Pages]) -> None:
    owner, stranger = visit(None), visit(None)

    def asked(pages: Pages) -> str:
        found = re.search(r"\b(\d{6})\b", pages.post("/sign-in", expect=200, email=MAIL).text)
        assert found is not None
        return found[1]

    first = asked(owner)
    asked(stranger)
    stranger.post("/sign-in/code", expect=200, email=MAIL, code=first)
    assert owner.post("/sign-in/code", email=MAIL, code=first, next="/me").location == "/me"
    with Session(app.extensions["engine"]) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(KnownBrowser)) == 1
