"""A notice that still waits names no place that was removed or rests when it is to ring."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from participation.alerts import actions
from participation.alerts.models import Alert
from participation.alerts.rules import Way
from services import clock
from services.db import unit_of_work
from tests.nights import Night
from tests.participation.alerts.conftest import Street
from tests.participation.alerts.test_a_digest_that_waits_forgets_what_was_hidden import hide, reject
from tests.participation.alerts.test_a_digest_that_waits_forgets_what_was_left import leave
from tests.people import MINJI
from tests.pushservice import PushService

Turn = Callable[[], int]
LAKE = (37.5, 127.05)
NEW = ("우리 집 새 신고: 가로등", "Dark lamp")
MANY = "지켜보는 곳에서 있었던 일"


@pytest.fixture
def street(app: Flask) -> Street:
    return Street(app.extensions["engine"])


@pytest.fixture
def night(app: Flask) -> Iterator[Night]:
    with PushService() as service:
        yield Night(app, service)


def come_back(street: Street, place: UUID, how: str) -> None:
    with unit_of_work(street.engine) as session:
        alert = session.get_one(Alert, place)
        if how == "removed":
            actions.restore_alert(session, MINJI, alert, at=clock.now())
        else:
            actions.switch_alert(session, MINJI, alert, on=True, at=clock.now())


def counted(number: int) -> list[tuple[str, str]]:
    return [(MANY, f"지켜보는 곳에 새 신고가 {number}건 있어요")]


@pytest.mark.parametrize("how", ["removed", "rests"])
@pytest.mark.parametrize("back", [False, True], ids=["left", "come back"])
def test_the_only_place_that_found_it(
    app: Flask, street: Street, night: Night, turn: Turn, how: str, back: bool
) -> None:
    place = street.follow(MINJI)
    street.report()
    turn()
    night.falls()
    leave(app, place, how)
    if back:
        come_back(street, place, how)
    assert night.morning() == ([NEW] if back else [])


def test_it_bears_the_name_of_another_place_that_found_it_too(
    app: Flask, street: Street, night: Night, turn: Turn
) -> None:
    places = [street.follow(MINJI, label=label) for label in ("우리 집", "학교")]
    street.report()
    turn()
    night.falls()
    leave(app, min(places), "removed")
    left = "학교" if places[0] == min(places) else "우리 집"
    assert night.morning() == [(f"{left} 새 신고: 가로등", "Dark lamp")]


@pytest.fixture
def found(
    street: Street, night: Night, turn: Turn, tell: Callable[..., None]
) -> Callable[..., None]:
    """Let these be found in the night and told together, a little before it ends."""

    def given(*reports: dict[str, Any]) -> None:
        night.falls()
        for one in reports:
            street.report(**one)
        turn()
        street.wait()
        tell(clock.now())
        night.put_off()

    return given


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("gone", [0, 1, 2])
def test_of_several_it_counts_what_is_left(
    app: Flask, street: Street, night: Night, found: Callable[..., None], way: Way, gone: int
) -> None:
    lake = street.follow(MINJI, label="호수", way=way, lat=LAKE[0], lon=LAKE[1])
    home = street.follow(MINJI, way=way)
    street.follow(MINJI, way=way, label="호수와 집", radius_m=20_000, categories=("litter",))
    found({}, {}, {"at": LAKE})
    for place in (lake, home)[:gone]:
        leave(app, place, "removed")
    assert night.morning() == (counted(3 - gone) if gone < 2 else [])


def test_what_two_places_found_counts_while_one_is_left(
    app: Flask, street: Street, night: Night, found: Callable[..., None]
) -> None:
    home = street.follow(MINJI)
    street.follow(MINJI, label="학교")
    found({}, {})
    leave(app, home, "removed")
    assert night.morning() == counted(2)


@pytest.mark.parametrize("way", Way)
def test_of_several_that_are_all_hidden_nothing_rings(
    app: Flask, street: Street, night: Night, found: Callable[..., None], way: Way
) -> None:
    street.follow(MINJI, way=way)
    found({"text": "one"}, {"text": "two"})
    hide(app, "one")
    hide(app, "two")
    assert night.morning() == []


def test_what_was_hidden_before_it_was_said_is_not_counted_later(
    app: Flask, street: Street, night: Night, turn: Turn, tell: Callable[..., None]
) -> None:
    street.follow(MINJI)
    night.falls()
    for text in ("one", "two", "three"):
        street.report(text=text)
    turn()
    street.wait()
    reject(app, "one")
    tell(clock.now())
    night.put_off()
    assert all(hit.told_at for hit in street.hits())
    turn()
    assert night.morning() == counted(2)
