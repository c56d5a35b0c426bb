"""What was put off or leased while a clock was ahead goes on once the clock is right."""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.forwarding.models import Forwarding, ForwardingWord, OutsideBody
from participation.reports.forwarding.waits import LEASE, put_news_right, put_right
from services import clock
from services.clock import SKEW
from services.db import Session, unit_of_work
from tests.participation.reports.forwarding.conftest import City
from tests.participation.reports.forwarding.test_a_slow_body_keeps_nobody_waiting import (
    ASKED,
    POSTED,
)
from tests.participation.reports.forwarding.test_bodies_of_every_kind import LIST, TAKEN, Body, body
from tests.participation.reports.forwarding.test_words_reach_the_other_body import HEARD, THANKS
from tests.participation.reports.forwarding.waiting import letters_for, words_for

__all__ = ["body"]
URL = "http://127.0.0.1:9/v2"
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86_400))
FOLLOW_S = 300
Table = type[Forwarding] | type[ForwardingWord]


def stands(city: City, table: Table, of: UUID, **values: Any) -> None:
    theirs = sa.select(Forwarding.id).where(Forwarding.body_id == of)
    mine = table.body_id == of if table is Forwarding else table.forwarding_id.in_(theirs)
    with unit_of_work(city.engine) as session:
        session.execute(sa.update(table).where(mine).values(values))


def righted(city: City, table: Table, at: datetime) -> list[timedelta]:
    """Put right what waits, and return how long each waits from `at` on."""
    with unit_of_work(city.engine) as session:
        put_right(session, at)
        put_news_right(session, at, follow_s=FOLLOW_S)
    with Session(city.engine) as session:
        return sorted(due_at - at for due_at in session.scalars(sa.select(table.due_at)))


LETTERS = [
    ({"state": "waiting"}, 2 * MINUTE, 0 * SECOND),
    ({"state": "waiting", "tries": 3}, 2 * MINUTE, 0 * SECOND),
    ({"state": "asked", "tries": 30}, HOUR + 2 * MINUTE, 0 * SECOND),
    ({"state": "asked", "lease": "x"}, DAY, LEASE),
    ({"state": "token"}, DAY, 0 * SECOND),
    ({"state": "followed", "age": HOUR}, 7 * MINUTE, 0 * SECOND),
    ({"state": "followed", "age": 2 * DAY}, HOUR + 2 * MINUTE, 0 * SECOND),
    ({"state": "followed", "age": 20 * DAY}, DAY + 2 * MINUTE, 0 * SECOND),
    ({"state": "followed", "age": -DAY}, DAY, 0 * SECOND),
    ({"state": "followed", "age": HOUR, "lease": "x"}, DAY, LEASE),
]
LEFT_ALONE: list[tuple[dict[str, Any], timedelta]] = [
    ({"state": "waiting"}, SKEW),
    ({"state": "waiting", "tries": 8}, 256 * SECOND),
    ({"state": "asked", "tries": 30}, HOUR),
    ({"state": "waiting", "lease": "x"}, LEASE),
    ({"state": "followed", "age": HOUR}, 5 * MINUTE),
    ({"state": "followed", "age": 2 * DAY}, HOUR),
    ({"state": "followed", "age": 20 * DAY}, DAY),
    ({"state": "followed", "age": HOUR, "tries": 30}, HOUR),
    ({"state": "refused"}, DAY),
    ({"state": "ended"}, DAY),
]


def letter(city: City, how: dict[str, Any], due_at: datetime, at: datetime) -> None:
    given = {key: value for key, value in how.items() if key != "age"}
    if "age" in how:
        given["taken_at"] = at - how["age"]
    stands(city, Forwarding, letters_for(city, URL, 1), due_at=due_at, **given)


@pytest.mark.parametrize(("how", "ahead", "then"), LETTERS)
def test_a_letter_that_waits_for_longer_than_it_can_goes_on(
    city: City,
    caplog: pytest.LogCaptureFixture,
    how: dict[str, Any],
    ahead: timedelta,
    then: timedelta,
) -> None:
    at = clock.now()
    letter(city, how, at + ahead, at)
    with caplog.at_level(logging.WARNING):
        assert righted(city, Forwarding, at) == [then]
    assert caplog.text.count("was a clock ahead?") == 1


@pytest.mark.parametrize(("how", "waits"), LEFT_ALONE)
def test_a_letter_that_waits_as_it_should_is_left_alone(
    city: City, caplog: pytest.LogCaptureFixture, how: dict[str, Any], waits: timedelta
) -> None:
    at = clock.now()
    letter(city, how, at + waits, at)
    assert righted(city, Forwarding, at) == [waits]
    assert "was a clock ahead?" not in caplog.text


@pytest.mark.parametrize(
    ("how", "ahead", "then"),
    [
        ({}, 2 * MINUTE, 0 * SECOND),
        ({"tries": 3}, 2 * MINUTE, 0 * SECOND),
        ({"tries": 30}, HOUR + 2 * MINUTE, 0 * SECOND),
        ({"lease": "x"}, DAY, LEASE),
        ({"entry_id": None, "photo_hash": "a" * 64}, DAY, 10 * SECOND),
        ({}, SKEW, SKEW),
        ({"tries": 30}, HOUR, HOUR),
        ({"lease": "x"}, LEASE, LEASE),
        ({"state": "refused"}, DAY, DAY),
        ({"state": "skipped"}, DAY, DAY),
    ],
)
def test_words_too(
    city: City,
    caplog: pytest.LogCaptureFixture,
    how: dict[str, Any],
    ahead: timedelta,
    then: timedelta,
) -> None:
    at = clock.now()
    stands(city, ForwardingWord, words_for(city, URL, 1), due_at=at + ahead, **how)
    assert righted(city, ForwardingWord, at) == [then]
    assert ("was a clock ahead?" in caplog.text) == (ahead != then)


@pytest.mark.parametrize(
    ("table", "begin"), [(Forwarding, letters_for), (ForwardingWord, words_for)]
)
def test_what_waits_with_one_that_was_tried_waits_as_long(
    city: City, table: Table, begin: Any
) -> None:
    """It was put off together with that, and was never tried itself; other bodies' does not."""
    at = clock.now()
    stands(city, table, begin(city, URL, 3), due_at=at + HOUR, tries=0)
    with unit_of_work(city.engine) as session:
        one = sa.select(table.id).limit(1).scalar_subquery()
        session.execute(sa.update(table).where(table.id == one).values(tries=12))
    stands(city, table, begin(city, URL, 1), due_at=at + HOUR, tries=0)
    assert righted(city, table, at) == [0 * SECOND, HOUR, HOUR, HOUR]


def test_a_request_that_was_asked_for_by_such_a_clock_is_sent_again(city: City, body: Body) -> None:
    """How long ago it went out is not known: it is looked for as long as if it were now."""
    at = clock.now()
    body.answers |= {ASKED: (200, LIST.format("")), POSTED: (200, TAKEN)}
    ahead = {"asked_at": at + DAY, "made_at": at + DAY, "due_at": at + DAY, "state": "asked"}
    stands(city, Forwarding, letters_for(city, body.url, 1), **ahead)
    righted(city, Forwarding, at)
    row = city.row()
    assert (row.asked_at, row.made_at, row.due_at) == (at, at, at)
    city.courier.turn(at)
    assert (len(body.posts), city.row().state) == (0, "asked")
    city.courier.turn(at + timedelta(seconds=300))
    assert (len(body.posts), city.row().state) == (1, "followed")


def test_what_was_heard_by_such_a_clock_hides_no_news(city: City, body: Body) -> None:
    at = clock.now()
    body.answers |= {ASKED: (200, LIST.format(""))}
    body_id = letters_for(city, body.url, 1)
    stands(city, Forwarding, body_id, state="followed", remote_id="77", taken_at=at - DAY)
    with unit_of_work(city.engine) as session:
        session.execute(sa.update(OutsideBody).values(updates_until=at + DAY))
    city.courier.turn(at)
    (asked,) = [path for path in body.paths if "servicerequestupdates" in path]
    since = (at - HOUR).strftime("%Y-%m-%dT%H")
    assert f"start_date={since}" in asked


def look(city: City, app: Flask, name: str, at: datetime) -> int:
    """Let the job look once, and return how often it does, in seconds."""
    job = {one.name: one for one in app.extensions["registry"].jobs}[name]
    with unit_of_work(city.engine) as session:
        job.run(session, at)
    return int(job.when)


def test_the_city_looks_each_minute(city: City, app: Flask) -> None:
    """Whatever clock put it off: the job that looks is one of the city's."""
    at = clock.now()
    stands(city, ForwardingWord, words_for(city, URL, 1), due_at=at + 30 * DAY)
    assert look(city, app, "reports.forwarding_put_right", at) == 60
    with Session(city.engine) as session:
        assert session.scalars(sa.select(ForwardingWord.due_at)).one() == at


def test_it_looks_at_what_is_followed_each_hour(city: City, app: Flask) -> None:
    at = clock.now()
    letter(city, {"state": "followed", "age": HOUR}, at + DAY, at)
    assert look(city, app, "reports.forwarding_put_right", at) == 60
    assert city.row().due_at == at + DAY
    assert look(city, app, "reports.forwarding_put_news_right", at) == 3600
    assert city.row().due_at == at


def test_a_word_then_goes_out(city: City, body: Body) -> None:
    at = clock.now()
    body.answers[HEARD] = (200, THANKS)
    stands(city, ForwardingWord, words_for(city, body.url, 1), due_at=at + DAY, lease="x")
    righted(city, ForwardingWord, at)
    city.messenger.turn(at + LEASE - SECOND)
    assert body.posts == []
    city.messenger.turn(at + LEASE)
    assert len(body.posts) == 1
