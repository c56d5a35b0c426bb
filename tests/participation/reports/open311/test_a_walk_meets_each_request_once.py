"""A walk by page returns each id once while others write, close and hide between its pages."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

import app as application
from participation.reports import actions
from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.models import Report
from participation.reports.open311.models import Open311Walk
from participation.reports.open311.walk import Walks, walker_of
from participation.reports.rules import Category, Status
from services import clock
from services.config import Settings
from services.db import Session, unit_of_work
from tests.conftest import AT
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


def test_each_id_once_while_fifty_come_between_pages(
    client: FlaskClient, engine: sa.Engine
) -> None:
    more(engine, 0, 300)
    seen: list[str] = []
    for page in range(1, 20):
        rows = ids(client, f"page={page}&page_size=200")
        seen += rows
        if len(rows) < 200:
            break
        more(engine, page * 1000, 50)
    assert len(seen) >= 300
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    ("query", "then"), [("", Status.REJECTED), ("status=open&", Status.CLOSED)]
)
def test_none_is_lost_where_earlier_ones_leave_the_list(
    client: FlaskClient, engine: sa.Engine, query: str, then: Status
) -> None:
    more(engine, 0, 100)
    first = ids(client, f"{query}page=1&page_size=40")
    move(engine, [str(n) for n in range(10)], then)
    again = ids(client, f"{query}page=2&page_size=40")
    assert again == ids(client, f"{query}page=2&page_size=40")
    last = ids(client, f"{query}page=3&page_size=40")
    assert [len(page) for page in (first, again, last)] == [40, 40, 20]
    assert len({*first, *again, *last}) == 100


def test_the_link_of_a_page_needs_no_memory(client: FlaskClient, engine: sa.Engine) -> None:
    more(engine, 0, 70)
    seen: list[str] = []
    url: Any = f"{BASE}?page_size=25&service_code=water"
    while url:
        answer = client.get(url)
        seen += [row["service_request_id"] for row in json.loads(answer.data)]
        link = answer.headers.get("Link", "")
        url = link[1:].partition(">")[0].removeprefix("http://127.0.0.1:8000") if link else None
        move(engine, [str(len(seen) - 25)], Status.REJECTED)
    assert len(seen) == len(set(seen)) == 70


def test_a_link_of_others_is_refused(client: FlaskClient) -> None:
    assert client.get(f"{BASE}?after=yesterday").status_code == 400
    assert client.get(f"{BASE}?after=2026-01-01_x").status_code == 400


def test_five_thousand_while_fifty_a_second_are_written(
    client: FlaskClient, engine: sa.Engine
) -> None:
    for thousand in range(5):
        more(engine, thousand * 1000, 1000)
    with Session(engine) as session:
        before = {str(key) for key in session.scalars(sa.select(Report.id))}
    over = threading.Event()

    def write() -> None:
        turn = 0
        while not over.wait(0.1):
            more(engine, 10_000 + turn * 5, 4)
            move(engine, [str(turn * 7)], Status.ACKNOWLEDGED)
            turn += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen: list[str] = []
        for page in range(1, 100):
            rows = ids(client, f"page={page}&page_size=200")
            seen += rows
            if len(rows) < 200:
                break
    finally:
        over.set()
        writer.join()
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


@pytest.fixture
def both(app: Flask, settings: Settings) -> Iterator[list[FlaskClient]]:
    """Callers of two applications on one database, as two processes are."""
    other = application.create_app(settings)
    other.testing = True
    yield [app.test_client(), other.test_client()]
    other.extensions["engine"].dispose()


@pytest.mark.parametrize("size", [200, 1000])
def test_a_walk_from_process_to_process(
    both: list[FlaskClient], engine: sa.Engine, size: int
) -> None:
    """Each page is asked of another one, while some before it leave the list and some are added."""
    for thousand in range(3):
        more(engine, thousand * 1000, 1000)
    seen: list[str] = []
    for page in range(1, 40):
        rows = ids(both[page % 2], f"page={page}&page_size={size}")
        seen += rows
        if len(rows) < size:
            break
        move(engine, [str(n) for n in range((page - 1) * 9, page * 9)], Status.REJECTED)
        more(engine, 10_000 * page, 5)
    assert len(seen) == len(set(seen))
    with Session(engine) as session:
        stays = sa.select(Report.id).where(Report.status == "open")
        assert {str(key) for key in session.scalars(stays)} <= set(seen)


def test_a_walk_goes_on_after_a_restart(app: Flask, settings: Settings, engine: sa.Engine) -> None:
    more(engine, 0, 100)
    first = ids(app.test_client(), "page=1&page_size=40")
    move(engine, [str(n) for n in range(10)], Status.REJECTED)
    new = application.create_app(settings)
    new.testing = True
    second = ids(new.test_client(), "page=2&page_size=40")
    new.extensions["engine"].dispose()
    assert len({*first, *second}) == 80


@pytest.fixture
def walks(app: Flask) -> Walks:
    return cast(Walks, app.extensions["walks"])


def test_places_are_kept_for_half_an_hour(walks: Walks) -> None:
    first, second = uuid4(), uuid4()
    walks.ended("one", 1, (AT, first), AT)
    walks.ended("one", 1, (AT, second), AT + timedelta(minutes=1))
    walks.ended("two", 1, (AT, first), AT)
    later = AT + timedelta(minutes=30)
    assert walks.begins("one", 2, later) == (AT, second)
    assert walks.begins("one", 3, later) is None
    assert walks.begins("two", 2, later) is None
    walks.ended("three", 1, (AT, first), later)
    with Session(walks.engine) as session:
        assert set(session.scalars(sa.select(Open311Walk.walker))) == {"one", "three"}


def test_two_who_note_one_page_at_once(walks: Walks) -> None:
    start = threading.Barrier(4)

    def note() -> None:
        start.wait()
        for page in range(20):
            walks.ended("one", page, (AT, uuid4()), AT)

    notes = [threading.Thread(target=note) for _ in range(4)]
    for one in notes:
        one.start()
    for one in notes:
        one.join()
    with Session(walks.engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Open311Walk)) == 20


def test_a_page_is_told_where_nothing_can_be_written(
    client: FlaskClient, engine: sa.Engine, walks: Walks
) -> None:
    """Its place is lost, and the next page is counted from the start."""
    more(engine, 0, 60)
    _rename(walks, "open311_walk", "gone")
    first, second = (ids(client, f"page={page}&page_size=40") for page in (1, 2))
    _rename(walks, "gone", "open311_walk")
    assert (len(first), len({*first, *second})) == (40, 60)


def _rename(walks: Walks, name: str, then: str) -> None:
    with unit_of_work(walks.engine) as session:
        session.execute(sa.text(f"ALTER TABLE {name} RENAME TO {then}"))


def test_no_page_waits_for_a_writer(client: FlaskClient, engine: sa.Engine, walks: Walks) -> None:
    more(engine, 0, 90)
    with unit_of_work(engine) as session:
        session.execute(sa.update(Report).values(text="being written"))
        session.flush()
        first = ids(client, "page=1&page_size=40")
        assert ids(client, "page=2&page_size=40")[0] not in first
    with Session(walks.engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Open311Walk)) == 2


def test_walkers_are_told_apart_by_what_they_ask() -> None:
    asked = [("status", "open"), ("page", "1")]
    assert walker_of(["a"], asked) == walker_of(["a"], [("page", "7"), ("status", "open")])
    assert walker_of(["a"], asked) != walker_of(["b"], asked)
    assert walker_of(["a"], asked) != walker_of(["a"], [("status", "closed")])
