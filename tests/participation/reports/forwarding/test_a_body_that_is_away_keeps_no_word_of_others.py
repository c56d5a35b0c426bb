"""What one body does not hear, or hears slowly, keeps no other body waiting, and goes out once."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.forwarding.jobs_words import AT_ONCE, OF_ONE_BODY, Messenger
from participation.reports.forwarding.models import Forwarding, ForwardingWord
from participation.reports.forwarding.waits import take
from participation.reports.models import Report
from services import clock
from services.db import Session, unit_of_work
from services.outbound import client as outbound
from tests.participation.reports.forwarding.conftest import City
from tests.participation.reports.forwarding.test_bodies_of_every_kind import (
    Answer,
    Body,
    body,
)
from tests.participation.reports.forwarding.test_words_reach_the_other_body import HEARD, THANKS
from tests.participation.reports.forwarding.waiting import late, other, words_for, words_of

__all__ = ["body", "late", "other"]


def names(body: Body) -> Counter[str]:
    return Counter(post["update_id"] for post in body.posts)


def test_bodies_that_hang_keep_no_other_body_waiting(city: City, body: Body, other: Body) -> None:
    """However much waits for them: each is tried once, and its other words are put off with it."""
    body.answers[HEARD] = (503, "")
    port = body.url.removesuffix("/v2")
    hanging = [words_for(city, f"{port}/{n}/v2", OF_ONE_BODY) for n in range(7)]
    assert len(hanging) * OF_ONE_BODY > AT_ONCE
    well = words_for(city, other.url, 1, ago_s=1)
    at = clock.now()
    city.messenger.turn(at)
    assert [one.state for one in words_of(city, well)] == ["told"]
    assert len(body.posts) == len(hanging)
    for body_id in hanging:
        *rest, tried = words_of(city, body_id)
        assert (tried.tries, {one.tries for one in rest}) == (1, {0})
        assert {one.due_at for one in rest} == {tried.due_at}
        assert tried.due_at > at + timedelta(seconds=2)
    city.messenger.turn(at + timedelta(seconds=2))
    assert len(body.posts) == len(hanging)


def test_a_failure_counts_from_when_it_failed(
    city: City, body: Body, late: Callable[[float], float]
) -> None:
    body.answers[HEARD] = lambda: (503, "") if late(9) else (200, THANKS)
    body_id = words_for(city, body.url, 1)
    for wait_s in (2, 4, 8):
        city.messenger.turn(clock.now())
        (word,) = words_of(city, body_id)
        assert round((word.due_at - clock.now()).total_seconds()) == wait_s
        late(wait_s)


def test_what_more_waits_for_one_body_goes_in_the_next_turns(
    city: City, body: Body, other: Body
) -> None:
    body.answers[HEARD] = (200, THANKS)
    many, one = OF_ONE_BODY * 2 + 1, words_for(city, other.url, 1, ago_s=1)
    body_id = words_for(city, body.url, many)
    told = []
    for _ in range(3):
        city.messenger.turn(clock.now())
        told.append(len(body.posts))
        assert [word.state for word in words_of(city, one)] == ["told"]
    assert told == [OF_ONE_BODY, 2 * OF_ONE_BODY, many]
    assert set(names(body).values()) == {1}
    assert {word.state for word in words_of(city, body_id)} == {"told"}


def test_a_body_that_is_slow_is_left_until_the_next_turn(
    city: City, body: Body, late: Callable[[float], float]
) -> None:
    """Everyone waits for the end of a turn; what it did not come to is due in the next."""
    body.answers[HEARD] = lambda: (200, THANKS) if late(9) else (503, "")
    words_for(city, body.url, 5)
    told = []
    for _ in range(3):
        city.messenger.turn(clock.now())
        told.append(len(body.posts))
    assert told == [2, 4, 5]


def test_a_word_that_a_body_never_takes_keeps_no_other_word(
    city: City, body: Body, late: Callable[[float], float]
) -> None:
    """What was tried least goes first: the body is not away, it only stumbles over one."""
    body_id = words_for(city, body.url, 4)
    with Session(city.engine) as session:
        odd = session.scalars(sa.select(ForwardingWord.entry_id).order_by(ForwardingWord.id))
        never = str(odd.first())
    body.answers[HEARD] = lambda: (
        (500, "") if body.posts[-1]["update_id"] == never else (200, THANKS)
    )
    for _ in range(2):
        city.messenger.turn(clock.now())
        late(2)
    states = {str(word.entry_id): word.state for word in words_of(city, body_id)}
    assert (states.pop(never), set(states.values())) == ("waiting", {"told"})


def test_two_messengers_tell_no_word_twice(
    city: City, body: Body, app: Flask, late: Callable[[float], float]
) -> None:
    """However slowly a body takes them: each is held from the moment it goes out."""
    second = [Messenger(city.engine, app.extensions["settings"])]

    def slowly() -> Answer:
        if late(100) > 300 and second:
            second.pop().turn(clock.now())
        return 200, THANKS

    body.answers[HEARD] = slowly
    body_id = words_for(city, body.url, 6)
    for _ in range(6):
        city.messenger.turn(clock.now())
    assert (second, len(names(body)), set(names(body).values())) == ([], 6, {1})
    assert {word.state for word in words_of(city, body_id)} == {"told"}


def test_what_another_messenger_took_meanwhile_is_left_to_it(
    city: City, body: Body, other: Body, app: Flask
) -> None:
    body.answers[HEARD] = (200, THANKS)
    words_for(city, body.url, 3)
    at = clock.now()
    bag = [row for row, _ in city.messenger._due(at)]
    assert Messenger(city.engine, app.extensions["settings"]).turn(at) == 3
    body_id = words_for(city, other.url, 0)
    city.messenger._visit(body_id, bag, at)
    assert set(names(body).values()) == {1}


def test_a_body_that_only_hangs_is_left_like_one_that_says_it_is_away(
    city: City, body: Body, other: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "DEADLINE_S", 0.2)
    silent = Body()
    silent.server.shutdown()
    slow, well = words_for(city, silent.url, 3), words_for(city, other.url, 2)
    city.messenger.turn(clock.now())
    silent.server.server_close()
    assert [(one.tries, one.error) for one in words_of(city, slow)] == [
        *((0, None), (0, None)),
        (1, "slow: "),
    ]
    assert {one.state for one in words_of(city, well)} == {"told"}


@pytest.mark.parametrize("gone", ["leased", "let_go"])
def test_a_word_that_was_not_told_says_nothing_of_a_body(
    city: City, body: Body, app: Flask, gone: str
) -> None:
    """Another messenger has it, or nothing is left to tell: whether the body is there is not known,
    and the first word it does not hear puts the others off."""
    body.answers[HEARD] = (503, "")
    body_id, at = words_for(city, body.url, 3), clock.now()
    bag = [row for row, _ in city.messenger._due(at)]
    if gone == "leased":
        assert take(city.engine, bag[0], at)
        bag[0].due_at = at - timedelta(seconds=60)
    else:
        with unit_of_work(city.engine) as session:
            of = session.get_one(Forwarding, bag[0].forwarding_id).report_id
            session.execute(sa.update(Report).where(Report.id == of).values(status="rejected"))
    city.messenger._visit(body_id, bag, at)
    assert len(body.posts) == 1
    left = [one for one in words_of(city, body_id) if one.id != bag[0].id]
    assert sorted(one.tries for one in left) == [0, 1]
    assert len({one.due_at for one in left}) == 1


def test_a_body_that_answered_just_now_is_not_put_off(city: City, body: Body) -> None:
    """It stumbles over one word: that one waits, and what was not come to is still due."""
    body.answers[HEARD] = lambda: (200, THANKS) if len(body.posts) == 1 else (503, "")
    body_id, at = words_for(city, body.url, 4), clock.now()
    city.messenger.turn(at)
    waiting = [one for one in words_of(city, body_id) if one.state == "waiting"]
    assert [(one.tries, one.due_at < at) for one in waiting] == [(0, True), (0, True), (1, False)]
