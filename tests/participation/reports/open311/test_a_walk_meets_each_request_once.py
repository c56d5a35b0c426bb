"""A walk by page returns each id once while others write, close and hide between its pages."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

import app as application
from participation.reports.models import Report
from participation.reports.rules import Status
from services.config import Settings
from services.db import Session
from tests.participation.reports.open311.listing import BASE, ids, more, move


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
