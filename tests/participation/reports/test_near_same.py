"""What lies within 50 metres is found, all of it and nothing else, nearest first."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import msgspec
import numpy as np
import pytest
from sqlalchemy import Engine, insert

from participation.reports.imports import feeds
from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.models import Report
from participation.reports.queries_near import (
    DEGREE_M,
    LOOKED_AT,
    NEAR_M,
    RECENT,
    SHOWN,
    metres_between,
    near_same,
)
from participation.reports.rules import Category, Status
from services.auth import Actor
from services.db import unit_of_work
from services.maps import morton
from tests.pages import Pages

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "reporting" / "requests.csv.gz"
RECALL = 0.98
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
            status=(status := chance.choice([Status.OPEN, Status.IN_PROGRESS, Status.CLOSED])),
            text=f"report {number}",
            lat=MIDDLE[0] + chance.gauss(0, 0.0008),
            lon=MIDDLE[1] + chance.gauss(0, 0.0010),
            place="",
            opened_at=AT - timedelta(days=chance.uniform(0, 28)),
            ended_at=AT if status is Status.CLOSED else None,
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


class Row(NamedTuple):
    """A real request as far as nearness asks: what, where (degrees), when."""

    category: Category
    lat: float
    lon: float
    opened_at: datetime


def real_rows() -> list[Row]:
    """Return the requests of real cities that have a place and a moment."""
    found = []
    with feeds.opened(REAL) as file:
        for _, row in feeds.rows(file):
            if not row["lat"].strip() or not row["requested_datetime"].strip():
                continue
            at = datetime.fromisoformat(row["requested_datetime"].strip())
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            place = float(row["lat"]), float(row["long"])
            found.append(Row(feeds.category_of(row), *place, at))
    return found


def stored(engine: Engine, arrivals: list[Row]) -> None:
    rows = [
        {
            "id": UUID(int=number + 1),
            "title": str(number),
            "text": "",
            "answer": "",
            "category": a.category.value,
            "status": "open",
            "severity": 1,
            "lat": a.lat,
            "lon": a.lon,
            "cell": morton(a.lon, a.lat),
            "place": "",
            "opened_at": a.opened_at,
            "changed_at": a.opened_at,
            "due_at": a.opened_at,
            "followers": 0,
        }
        for number, a in enumerate(arrivals)
    ]
    with unit_of_work(engine) as session:
        for start in range(0, len(rows), 5000):
            session.execute(insert(Report), rows[start : start + 5000])


@pytest.mark.skipif(
    not REAL.exists(), reason="the real requests (shared data) are not here; the crowds stand in"
)
def test_real_cities_lose_nothing_that_is_near(engine: Engine) -> None:
    """A day after each of 400 real reports, among all that have a place: recall against a look at
    every row."""
    arrivals = real_rows()
    assert len(arrivals) > 25_000
    stored(engine, arrivals)
    lat, lon = (np.array([getattr(a, name) for a in arrivals]) for name in ("lat", "lon"))
    opened = np.array([a.opened_at.timestamp() for a in arrivals])
    kinds = np.array([a.category.value for a in arrivals])
    true = found = odd = 0
    with unit_of_work(engine) as session:
        for n in random.Random(7).sample(range(len(arrivals)), 400):
            one, at = arrivals[n], arrivals[n].opened_at + timedelta(days=1)
            squeeze = np.cos(np.radians((lat + one.lat) / 2))
            away = np.hypot(lat - one.lat, (lon - one.lon) * squeeze) * DEGREE_M
            recent = opened > (at - RECENT).timestamp()
            near = np.flatnonzero((kinds == one.category.value) & recent & (away <= NEAR_M))
            ranked = sorted(near.tolist(), key=lambda k: (away[k], k))
            asked = near_same(session, one.category, one.lat, one.lon, at=at)
            got = {int(UUID(row.id)) - 1 for row in asked}
            best = away[ranked[: len(got)]].max() if got else 0.0
            true += min(SHOWN, len(ranked))
            # Of those that are equally near any may be shown.
            found += sum(away[k] <= best + 1e-6 for k in got)
            odd += len(got - set(ranked))
    assert odd == 0
    assert found / true >= RECALL


def test_what_was_settled_there_before_hides_nothing(engine: Engine) -> None:
    """However much lies on one spot, what is live and new there is found."""
    old = [
        msgspec.structs.replace(a, status=Status.CLOSED, ended_at=AT, lat=MIDDLE[0], lon=MIDDLE[1])
        for a in crowd(LOOKED_AT + 200, 5)
    ]
    live = msgspec.structs.replace(
        crowd(1, 6)[0],
        source_id="live",
        status=Status.OPEN,
        ended_at=None,
        lat=MIDDLE[0],
        lon=MIDDLE[1],
        text="the live one",
        opened_at=AT - timedelta(days=1),
    )
    with unit_of_work(engine) as session:
        take_in(session, [*old, live], at=AT)
        found = near_same(session, live.category, *MIDDLE, at=AT)
    assert [one.title for one in found] == ["the live one"]
