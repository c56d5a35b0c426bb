"""Circles are found by squares and held against the exact distance: the same as looking at all."""

import math
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation.alerts import actions
from participation.alerts.matching import BITS, cells_at, circles_at, cover
from participation.alerts.models import Alert
from participation.alerts.rules import EARTH_M, Kind, metres_between
from services.db import Session
from tests.conftest import AT
from tests.people import MINJI

LAT, LON = st.floats(-85, 85), st.floats(-180, 180)
RADIUS = st.integers(50, 20_000)
Circle = tuple[float, float, int]
NEAR = st.tuples(st.floats(37.45, 37.55), st.floats(126.9, 127.1), st.integers(50, 3000))
PLACE = st.tuples(st.floats(37.45, 37.55), st.floats(126.9, 127.1))


def moved(lat: float, lon: float, metres: float, turn: float) -> tuple[float, float]:
    """Return the place `metres` away along a great circle that starts in direction `turn`."""
    angle, phi = metres / EARTH_M, math.radians(lat)
    up = math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(turn)
    aside = math.atan2(
        math.sin(turn) * math.sin(angle) * math.cos(phi), math.cos(angle) - math.sin(phi) * up
    )
    lon = (lon + math.degrees(aside) + 180.0) % 360.0 - 180.0
    return math.degrees(math.asin(max(-1.0, min(1.0, up)))), lon


@given(lat=LAT, lon=LON, radius=RADIUS, share=st.floats(0, 1), turn=st.floats(0, math.tau))
@settings(max_examples=400)
def test_no_place_within_a_circle_lies_outside_its_squares(
    lat: float, lon: float, radius: int, share: float, turn: float
) -> None:
    place = moved(lat, lon, radius * share, turn)
    squares = cover(lat, lon, radius)
    assert set(squares) & set(cells_at(*place))
    assert len(squares) <= 16


@given(lat=LAT, lon=LON, radius=RADIUS)
def test_squares_are_no_smaller_than_they_need_be(lat: float, lon: float, radius: int) -> None:
    level = cover(lat, lon, radius)[0] >> 56
    squeeze = math.cos(math.radians(lat))
    side = math.radians(min(360.0 * squeeze, 180.0)) * EARTH_M / (1 << (BITS - level))
    assert side < radius * 4.2


def found(session: Session, lat: float, lon: float) -> set[UUID]:
    return {row.id for row in circles_at(session, lat, lon)}


def follow(session: Session, circle: Circle) -> UUID:
    lat, lon, radius = circle
    wish = actions.Wish(kind=Kind.CIRCLE, label="home", lat=lat, lon=lon, radius_m=radius)
    return actions.follow_place(session, MINJI, wish, at=AT)


def test_matches_are_those_of_looking_at_every_circle(session: Session) -> None:
    @given(circles=st.lists(NEAR, max_size=12), places=st.lists(PLACE, min_size=1, max_size=6))
    @settings(max_examples=25)
    def same(circles: list[Circle], places: list[tuple[float, float]]) -> None:
        try:
            held = {follow(session, circle): circle for circle in circles}
            for place in places:
                near = {
                    key
                    for key, (lat, lon, r) in held.items()
                    if metres_between(lat, lon, *place) <= r
                }
                assert found(session, *place) == near
        finally:
            session.rollback()

    same()


@pytest.mark.parametrize(
    ("circle", "place", "inside"),
    [
        ((37.5, 127.0, 50), (37.5, 127.0), True),
        ((37.5, 127.0, 50), (37.5 + 49.9 / 111_195, 127.0), True),
        ((37.5, 127.0, 50), (37.5 + 50.1 / 111_195, 127.0), False),
        ((0.0, 179.9999, 100), (0.0, -179.9995), True),
        ((84.9, 10.0, 20_000), (84.9, 11.9), True),
    ],
)
def test_the_edge_is_exact(
    session: Session, circle: Circle, place: tuple[float, float], inside: bool
) -> None:
    key = follow(session, circle)
    assert (key in found(session, *place)) == inside


def test_a_resting_or_removed_circle_is_not_found(session: Session) -> None:
    key = follow(session, (37.5, 127.0, 300))
    alert = session.get_one(Alert, key)
    actions.switch_alert(session, MINJI, alert, on=False, at=AT)
    assert found(session, 37.5, 127.0) == set()
    actions.switch_alert(session, MINJI, alert, on=True, at=AT)
    assert found(session, 37.5, 127.0) == {key}
    actions.remove_alert(session, MINJI, alert, at=AT)
    assert found(session, 37.5, 127.0) == set()
