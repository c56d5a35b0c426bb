"""Codes that were sent while a clock was ahead bar nobody's new ones once it is right."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from participation.accounts.actions_codes import Asker, redeem_code, request_code
from participation.accounts.jobs import put_codes_right
from participation.accounts.models import LoginCode
from participation.accounts.rules import CODE_TRIES, CODES_PER_HOUR, MISSES_A_DAY
from services.db import Session
from services.errors import TooManyError
from tests.conftest import AT

SECRET, MAIL = "s" * 40, "yuna@example.org"
HERE, ELSEWHERE = (Asker(browser=name * 64, line=name * 64) for name in "ab")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
AHEAD = pytest.mark.parametrize("ahead", [20 * SECOND, MINUTE, HOUR, 24 * HOUR])


def ask(session: Session, asker: Asker = HERE, *, at: datetime) -> str:
    return request_code(session, SECRET, MAIL, asker, at=at)


def signs_in(session: Session, code: str, asker: Asker = HERE, *, at: datetime) -> bool:
    return redeem_code(session, SECRET, MAIL, code, asker, at=at) is not None


def righted(session: Session) -> None:
    session.flush()
    put_codes_right(session, AT)
    session.expire_all()


@AHEAD
def test_the_code_that_was_asked_for_last_is_the_newest(session: Session, ahead: timedelta) -> None:
    ask(session, at=AT + ahead)
    code = ask(session, at=AT)
    assert signs_in(session, code, at=AT + MINUTE)


@AHEAD
def test_a_code_of_then_signs_in_while_it_is_the_newest(session: Session, ahead: timedelta) -> None:
    code = ask(session, at=AT + ahead)
    righted(session)
    ask(session, ELSEWHERE, at=AT)
    assert signs_in(session, code, at=AT + MINUTE)


def test_of_several_the_one_sent_last_is_still_the_newest(session: Session) -> None:
    for minutes in range(4):
        code = ask(session, at=AT + HOUR + minutes * MINUTE)
    righted(session)
    assert signs_in(session, code, at=AT + MINUTE)


@pytest.mark.parametrize("ahead", [HOUR, 24 * HOUR])
def test_it_lives_no_longer_than_others(session: Session, ahead: timedelta) -> None:
    code = ask(session, at=AT + ahead)
    righted(session)
    assert not signs_in(session, code, at=AT + 11 * MINUTE)


@AHEAD
def test_those_of_then_count_for_an_hour_and_no_longer(session: Session, ahead: timedelta) -> None:
    for _ in range(CODES_PER_HOUR):
        ask(session, at=AT + ahead)
    righted(session)
    with pytest.raises(TooManyError):
        ask(session, at=AT + 50 * MINUTE)
    assert ask(session, at=AT + HOUR + 2 * MINUTE)


def test_wrong_guesses_of_then_count_for_a_day_and_no_longer(session: Session) -> None:
    for _ in range(MISSES_A_DAY // CODE_TRIES):
        ask(session, Asker(), at=AT - 3 * HOUR)
        session.execute(sa.update(LoginCode).values(sent_at=AT - 5 * HOUR))
    session.execute(sa.update(LoginCode).values(tries=CODE_TRIES, sent_at=AT + 24 * HOUR))
    righted(session)
    with pytest.raises(TooManyError):
        ask(session, at=AT + 23 * HOUR)
    assert ask(session, at=AT + 25 * HOUR)


def test_what_was_sent_as_it_should_is_left_alone(session: Session) -> None:
    ask(session, at=AT - MINUTE)
    ask(session, ELSEWHERE, at=AT + 30 * SECOND)
    righted(session)
    sent = session.scalars(sa.select(LoginCode.sent_at).order_by(LoginCode.sent_at)).all()
    assert sent == [AT - MINUTE, AT + 30 * SECOND]
