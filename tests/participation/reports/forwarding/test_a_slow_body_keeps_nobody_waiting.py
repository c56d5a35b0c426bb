"""A visit has its time: what one body takes slowly, or not at all, keeps no other body waiting."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from participation.reports.forwarding import visits
from participation.reports.forwarding.actions import try_again
from participation.reports.forwarding.jobs import AT_ONCE
from participation.reports.forwarding.models import Forwarding
from participation.reports.forwarding.waits import take
from services import clock
from services.db import unit_of_work
from tests.participation.reports.forwarding.conftest import City
from tests.participation.reports.forwarding.test_bodies_of_every_kind import (
    LIST,
    TAKEN,
    Answer,
    Body,
    body,
)
from tests.participation.reports.forwarding.test_words_reach_the_other_body import HEARD, THANKS
from tests.participation.reports.forwarding.waiting import (
    late,
    letters_for,
    letters_of,
    other,
    words_for,
)
from tests.people import HANA

__all__ = ["body", "late", "other"]
POSTED, ASKED = "POST requests.xml", "GET requests.xml"


def followed(city: City, body_id: UUID) -> list[bool]:
    return [one.state == "followed" for one in letters_of(city, body_id)]


@pytest.fixture
def open_at_last(body: Body) -> Iterator[threading.Event]:
    """What a body that hangs waits for."""
    made = threading.Event()
    yield made
    made.set()


def test_a_visit_begins_no_letter_after_its_time(
    city: City, body: Body, late: Callable[[float], float]
) -> None:
    """What it did not come to is not leased: it is due in the next turn."""
    body.answers[POSTED] = lambda: (200, TAKEN) if late(9) else (503, "")
    letters_for(city, body.url, 5)
    sent = []
    for _ in range(3):
        city.courier.turn(clock.now())
        sent.append(len(body.posts))
    assert sent == [2, 4, 5]


def test_news_that_take_long_keep_no_letter(
    city: City, body: Body, late: Callable[[float], float]
) -> None:
    """Though some are due at every turn: new reports leave all the same."""
    body.answers[POSTED] = lambda: (200, TAKEN) if len(body.posts) == 1 else (429, "")
    body_id, at = letters_for(city, body.url, 3), clock.now()
    city.courier.turn(at)
    assert sorted(followed(city, body_id)) == [False, False, True]
    body.answers[POSTED] = (200, TAKEN)
    body.answers[ASKED] = lambda: (200, LIST.format("")) if late(11) else (503, "")
    with unit_of_work(city.engine) as session:
        session.execute(sa.update(Forwarding).values(due_at=at, lease=None))
    city.courier.turn(clock.now())
    assert followed(city, body_id) == [True] * 3


@pytest.mark.parametrize("who", ["courier", "messenger"])
def test_nobody_waits_for_the_end_of_a_visit(
    city: City,
    body: Body,
    other: Body,
    open_at_last: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    who: str,
) -> None:
    """It goes on beside the next turns, which leave its body out: nothing goes there twice."""
    monkeypatch.setattr(visits, "LONGEST", timedelta(seconds=0.3))

    def hangs() -> Answer:
        return (200, TAKEN) if open_at_last.wait(30) else (503, "")

    body.answers = {POSTED: hangs, HEARD: hangs}
    other.answers = {POSTED: (200, TAKEN), HEARD: (200, THANKS)}
    begin = letters_for if who == "courier" else words_for
    turn = city.courier.turn if who == "courier" else city.messenger.turn
    begin(city, body.url, 3)
    assert turn(clock.now()) == 3
    begin(city, other.url, 2)
    for _ in range(2):
        turn(clock.now())
    assert (len(body.posts), len(other.posts)) == (1, 2)
    open_at_last.set()
    made = city.courier.visits if who == "courier" else city.messenger.visits
    for one in list(made._made.values()):
        one.join(10)
    assert made.under_way() == []
    turn(clock.now())
    assert len(body.posts) > 1
    told = [post.get("update_id") or post["description"] for post in body.posts]
    assert len(set(told)) == len(told)


def test_a_body_with_many_letters_leaves_room_for_the_others(
    city: City, body: Body, other: Body
) -> None:
    body.answers[POSTED] = other.answers[POSTED] = (200, TAKEN)
    letters_for(city, body.url, AT_ONCE + 2, ago_s=600)
    well = letters_for(city, other.url, 1, ago_s=1)
    city.courier.turn(clock.now())
    assert followed(city, well) == [True]


def test_a_body_that_is_away_is_tried_once_for_all_its_letters(
    city: City, body: Body, late: Callable[[float], float]
) -> None:
    body.answers[POSTED] = (503, "")
    body.answers[ASKED] = (200, LIST.format(""))
    body_id, at = letters_for(city, body.url, 4), clock.now()
    for _ in range(2):
        city.courier.turn(at)
    *rest, tried = letters_of(city, body_id)
    assert (len(body.posts), tried.tries, {one.tries for one in rest}) == (1, 1, {0})
    assert {one.due_at for one in rest} == {tried.due_at}
    assert {one.lease for one in rest} == {None}
    body.answers[POSTED] = (200, TAKEN)
    city.courier.turn(tried.due_at)
    # The one whose answer was lost is looked for first, as long as it may still turn up.
    assert followed(city, body_id).count(True) == 3


def test_a_letter_that_a_body_never_takes_keeps_no_other(
    city: City, body: Body, late: Callable[[float], float]
) -> None:
    body_id = letters_for(city, body.url, 4)
    never = f"[madang:{min(str(one.id) for one in letters_of(city, body_id))}]"
    body.answers[ASKED] = (200, LIST.format(""))
    body.answers[POSTED] = lambda: (
        (429, "") if never in body.posts[-1]["description"] else (200, TAKEN)
    )
    for _ in range(2):
        city.courier.turn(clock.now())
        late(3)
    assert followed(city, body_id).count(True) == 3


def test_a_letter_a_body_stumbles_over_keeps_no_news(city: City, body: Body) -> None:
    body.answers |= {POSTED: (500, ""), ASKED: (200, LIST.format(""))}
    body_id, at = letters_for(city, body.url, 2), clock.now()
    with unit_of_work(city.engine) as session:
        (first, _) = letters_of(city, body_id)
        known = {"state": "followed", "remote_id": "77", "taken_at": at}
        session.execute(sa.update(Forwarding).where(Forwarding.id == first.id).values(known))
    city.courier.turn(at)
    asked = [path for path in body.paths if "service_request_id=77" in path]
    assert (len(asked), len(body.posts)) == (1, 1)
    (news,) = [one for one in letters_of(city, body_id) if one.id == first.id]
    assert news.due_at >= at + timedelta(seconds=300)


def test_trying_one_letter_now_wakes_those_put_off_with_it(city: City, body: Body) -> None:
    body.answers |= {POSTED: (503, ""), ASKED: (200, LIST.format(""))}
    body_id, at = letters_for(city, body.url, 3), clock.now()
    city.courier.turn(at)
    tried = letters_of(city, body_id)[-1]
    with unit_of_work(city.engine) as session:
        try_again(session, HANA, str(tried.id), at=at)
    assert {one.due_at for one in letters_of(city, body_id)} == {at}


def test_a_letter_that_is_being_carried_is_left_to_its_courier(city: City, body: Body) -> None:
    letters_for(city, body.url, 1)
    at, row = clock.now(), city.row()
    assert take(city.engine, row, at)
    with unit_of_work(city.engine) as session:
        try_again(session, HANA, str(row.id), at=at)
    assert (city.row().lease, city.row().due_at > at) == (row.lease, True)
