"""What another body says moves nothing that staff could not move, and stops no other news."""

from collections.abc import Callable
from uuid import UUID

import pytest

from participation.reports import actions, actions_merge
from participation.reports.models import Report
from participation.reports.rules import Status
from services import clock
from services.db import Session, unit_of_work
from tests.participation.reports.forwarding.conftest import City
from tests.participation.reports.forwarding.test_bodies_of_every_kind import (
    NONE,
    TAKEN,
    Body,
    body,
    state,
)
from tests.people import SOYEON

__all__ = ["body"]
UPDATES = "GET servicerequestupdates.xml"


def word(status: str, text: str, name: str = "w1") -> str:
    row = f"<update_id>{name}</update_id><service_request_id>77</service_request_id>"
    row += f"<status>{status}</status><description>{text}</description>"
    return (
        f"<service_request_updates><request_update>{row}</request_update></service_request_updates>"
    )


@pytest.fixture
def followed(city: City, body: Body) -> UUID:
    """A report that the body has, as its request 77."""
    body.answers = {"POST requests.xml": (200, TAKEN), "GET requests.xml": (200, NONE)}
    city.send_to(body.url)
    told = city.tell()
    city.carry()
    return told


def change(city: City, act: Callable[[Session], object]) -> None:
    with unit_of_work(city.engine) as session:
        act(session)


def standing(city: City, report_id: UUID) -> str:
    with Session(city.engine) as session:
        return session.get_one(Report, report_id).status


def test_what_the_city_hid_is_not_shown_again_by_a_body(
    city: City, body: Body, followed: UUID
) -> None:
    change(
        city,
        lambda session: actions.reject_report(
            session, SOYEON, session.get_one(Report, followed), "A name in it", at=clock.now()
        ),
    )
    body.answers[UPDATES] = (200, word("OPEN", "We look at it again"))
    city.carry(400)
    assert (city.row().error, standing(city, followed)) == (None, Status.REJECTED)


def test_a_report_that_was_joined_stops_no_news_of_its_body(
    city: City, body: Body, followed: UUID
) -> None:
    other = city.tell("가로등 둘")

    def join(session: Session) -> None:
        one, into = session.get_one(Report, followed), session.get_one(Report, other)
        actions_merge.merge_report(session, SOYEON, one, into, at=clock.now())

    change(city, join)
    body.answers[UPDATES] = (200, word("OPEN", "We look at it again"))
    city.carry(9000)
    assert standing(city, followed) == Status.CLOSED
    assert city.body().updates_until is not None


@pytest.mark.parametrize("odd", ["\\u0000", "\\u001b", "\\ufffe"])
def test_signs_that_cannot_be_kept_stop_no_news(
    city: City, body: Body, followed: UUID, odd: str
) -> None:
    row = '"update_id": "a%s", "service_request_id": "77", "status": "FIXED", "description": "b%s"'
    body.answers[UPDATES] = (200, "[{" + row % (odd, odd) + "}]")
    city.carry(400)
    assert standing(city, followed) == Status.FIXED
    body.answers["GET requests.xml"] = (200, state("closed"))
    city.carry(9000)
    assert city.row().error is None
