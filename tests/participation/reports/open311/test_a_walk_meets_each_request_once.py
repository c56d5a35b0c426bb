"""A walk by page returns each id once while others write between its pages."""

import json
from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient

from participation.reports.arrivals import Arrival, take_in
from participation.reports.rules import Category, Status
from services import clock
from services.db import unit_of_work


def more(engine: sa.Engine, first: int, count: int) -> None:
    """Store reports told just now, each a microsecond after the one before."""
    now = clock.now()
    told = [
        Arrival(
            source="walk",
            source_id=str(first + n),
            category=Category.WATER,
            status=Status.OPEN,
            text="물이 새요",
            lat=34.2,
            lon=127.9,
            place="",
            opened_at=now + timedelta(microseconds=n - count),
            ended_at=None,
        )
        for n in range(count)
    ]
    with unit_of_work(engine) as session:
        take_in(session, told, at=now)


def test_each_id_once_while_fifty_come_between_pages(
    client: FlaskClient, engine: sa.Engine
) -> None:
    more(engine, 0, 300)
    seen: list[str] = []
    for page in range(1, 20):
        answer = client.get(f"/open311/v2/requests.json?page={page}&page_size=200")
        rows = json.loads(answer.data)
        seen += [row["service_request_id"] for row in rows]
        if len(rows) < 200:
            break
        more(engine, page * 1000, 50)
    assert len(seen) >= 300
    assert len(set(seen)) == len(seen)
