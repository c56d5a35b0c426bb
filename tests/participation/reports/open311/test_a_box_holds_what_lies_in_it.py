"""A box, or the square around a place, leads to what lies in it and to nothing else."""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services import clock
from services.db import Session, unit_of_work
from tests.participation.reports.open311.listing import ids


@pytest.fixture
def scattered(engine: sa.Engine) -> list[Report]:
    """Reports all over a city, and one at each corner of the world."""
    draw, now = random.Random(7), clock.now()
    places = [(34 + draw.random(), 127 + draw.random()) for _ in range(300)]
    places += [(lat, lon) for lat in (-85.0, 85.0) for lon in (-180.0, 180.0)]
    told = [
        Arrival(
            source="box",
            source_id=str(number),
            category=Category.WATER,
            status=Status.OPEN,
            text="물이 새요",
            lat=lat,
            lon=lon,
            place="",
            opened_at=now - timedelta(seconds=number),
            ended_at=None,
        )
        for number, (lat, lon) in enumerate(places)
    ]
    with unit_of_work(engine) as session:
        take_in(session, told, at=now)
    with Session(engine) as session:
        return list(session.scalars(sa.select(Report)))


@pytest.mark.parametrize(
    ("south", "west", "north", "east"),
    [
        (34.2, 127.2, 34.21, 127.3),
        (34.2, 127.2, 34.9, 127.8),
        (34.0, 127.0, 35.0, 128.0),
        (-90.0, -180.0, 90.0, 180.0),
        (85.0, 180.0, 85.0, 180.0),
        (34.9, 127.2, 34.2, 127.8),
        (34.2, 127.8, 34.9, 127.2),
    ],
)
def test_a_box(
    client: FlaskClient,
    scattered: list[Report],
    south: float,
    west: float,
    north: float,
    east: float,
) -> None:
    inside = {
        str(one.id) for one in scattered if south <= one.lat <= north and west <= one.lon <= east
    }
    box = f"bbox={south},{west},{north},{east}"
    assert set(ids(client, box)) == inside
    assert set(ids(client, f"{box}&page=1&page_size=1000")) == inside


@pytest.mark.parametrize("lon", [-180.0, 180.0])
def test_around_a_place_at_the_edge_of_the_world(
    client: FlaskClient, scattered: list[Report], lon: float
) -> None:
    (there,) = (one for one in scattered if (one.lat, one.lon) == (85.0, lon))
    assert ids(client, f"lat=85&long={lon}") == [str(there.id)]
