"""The list of requests: filled, moved on by the city, and read page by page."""

import json
from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient

from participation.reports import actions
from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services import clock
from services.db import unit_of_work
from tests.people import SOYEON

BASE = "/open311/v2/requests.json"


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


def move(engine: sa.Engine, numbers: list[str], status: Status) -> None:
    """Let the city answer some of them."""
    with unit_of_work(engine) as session:
        for report in session.scalars(sa.select(Report).where(Report.source_id.in_(numbers))):
            actions.answer_report(session, SOYEON, report, status, "Seen", at=clock.now())


def ids(client: FlaskClient, query: str) -> list[str]:
    answer = client.get(f"{BASE}?{query}")
    assert answer.status_code == 200, answer.data
    return [row["service_request_id"] for row in json.loads(answer.data)]
