"""What lies within 50 metres is found, all of it and nothing else, nearest first."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.queries_near import NEAR_M, RECENT, SHOWN, metres_between, near_same
from participation.reports.rules import Category, Status
from services.auth import Actor
from services.db import unit_of_work
from tests.pages import Pages

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MIDDLE = (34.2117, 127.9152)


def crowd(count: int, seed: int) -> list[Arrival]:
    """Return reports scattered over about 400 metres, of every kind, age and state."""
    chance = random.Random(seed)
    return [
        Arrival(
            source="test",
            source_id=str(number),
            category=chance.choice(list(Category)[:3]),
            status=chance.choice([Status.OPEN, Status.IN_PROGRESS, Status.CLOSED]),
            text=f"report {number}",
            lat=MIDDLE[0] + chance.gauss(0, 0.0008),
            lon=MIDDLE[1] + chance.gauss(0, 0.0010),
            place="",
            opened_at=AT - timedelta(days=chance.uniform(0, 28)),
            ended_at=None,
        )
        for number in range(count)
    ]


def brute(all_of_them: list[Arrival], category: Category, lat: float, lon: float) -> list[str]:
    """Return the texts of what should be found, by looking at each."""
    live = (Status.OPEN, Status.IN_PROGRESS)
    found = [
        (metres_between(lat, lon, a.lat, a.lon), a.text)
        for a in all_of_them
        if a.category is category and a.status in live and a.opened_at > AT - RECENT
    ]
    return [text for metres, text in sorted(found) if metres <= NEAR_M][:SHOWN]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_within_reach_are_found_nearest_first(engine: Engine, seed: int) -> None:
    told = crowd(600, seed)
    with unit_of_work(engine) as session:
        take_in(session, told, at=AT)
    chance = random.Random(seed)
    hits = 0
    with unit_of_work(engine) as session:
        for _ in range(60):
            lat = MIDDLE[0] + chance.gauss(0, 0.0006)
            lon = MIDDLE[1] + chance.gauss(0, 0.0006)
            category = chance.choice(list(Category)[:3])
            found = [n.title for n in near_same(session, category, lat, lon, at=AT)]
            assert found == brute(told, category, lat, lon)
            hits += len(found)
    assert hits > 60


def test_a_query_that_names_no_spot_is_told_so(visit: Callable[[Actor | None], Pages]) -> None:
    pages = visit(None)
    for query in ("", "category=litter", "category=??&lat=1&lon=1", "category=litter&lat=x&lon=1"):
        assert pages.client.get(f"/reports/near?{query}").status_code == 422
    assert pages.client.get("/reports/near?category=litter&lat=0&lon=0").text.strip() == ""
