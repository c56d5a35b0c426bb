"""No word overtakes another on the same request: the last one a body hears is the last one said."""

import sqlalchemy as sa

from participation.reports import actions
from participation.reports.forwarding.waits import take
from participation.reports.models import Report
from participation.reports.opening import hang_photo
from participation.reports.rules import Status
from services import clock
from services.db import unit_of_work
from tests.participation.reports.forwarding.conftest import City
from tests.participation.reports.forwarding.test_bodies_of_every_kind import (
    NO_LAMP,
    Answer,
    Body,
    body,
)
from tests.participation.reports.forwarding.test_words_reach_the_other_body import (
    HEARD,
    THANKS,
    judge,
    taken,
)
from tests.people import MINJI, SOYEON

__all__ = ["body"]


def disputed_and_confirmed(city: City) -> None:
    judge(city, settled=False)
    _settle(city)
    judge(city, settled=True, text="Now it shines")


def _settle(city: City) -> None:
    with unit_of_work(city.engine) as session:
        report = session.scalars(sa.select(Report)).one()
        actions.answer_report(session, SOYEON, report, Status.FIXED, "Done", at=clock.now())


def heard(city: City, body: Body, *answers: Answer) -> list[str]:
    """Let the messenger go for a while, `answers` first; return what the body then took."""
    taken, left = [], list(answers)

    def answer() -> Answer:
        told = left.pop(0) if left else (200, THANKS)
        if told[0] == 200:
            taken.append(body.posts[-1]["status"])
        return told

    body.answers[HEARD] = answer
    for later_s in range(10):
        city.pass_on(later_s)
    return taken


def test_a_later_word_waits_for_an_earlier_one_that_failed(city: City, body: Body) -> None:
    taken(city, body)
    disputed_and_confirmed(city)
    assert heard(city, body, (503, "")) == ["OPEN", "FIXED"]


def test_it_waits_also_while_the_earlier_one_is_on_its_way(city: City, body: Body) -> None:
    taken(city, body)
    body.answers[HEARD] = (503, "")
    disputed_and_confirmed(city)
    city.pass_on()
    first = min(city.words(), key=lambda one: one.word == "FIXED")
    body.posts.clear()
    at = first.due_at
    assert take(city.engine, first, at)
    city.messenger.turn(at)
    assert body.posts == []


def test_a_no_holds_up_nothing(city: City, body: Body) -> None:
    taken(city, body)
    disputed_and_confirmed(city)
    assert heard(city, body, (400, NO_LAMP)) == ["FIXED"]
    assert sorted(one.state for one in city.words()) == ["refused", "told"]


def test_a_photo_says_how_a_report_stands_only_after_what_was_said(city: City, body: Body) -> None:
    taken(city, body)
    judge(city, settled=False)
    _settle(city)
    with unit_of_work(city.engine) as session:
        report = session.scalars(sa.select(Report)).one()
        hang_photo(session, report, MINJI, "a" * 64, looked_over=True, at=clock.now())
    assert heard(city, body, (503, "")) == ["OPEN", "FIXED"]
    assert [bool(post.get("media_url")) for post in body.posts] == [False, False, True]
