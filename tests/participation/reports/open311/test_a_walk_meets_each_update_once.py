"""A walk through the updates returns each once while the city answers and hides between pages."""

import json
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from participation.reports.models import ReportEntry
from participation.reports.rules import Status
from services.db import Session
from tests.participation.reports.open311.listing import BASE as REQUESTS
from tests.participation.reports.open311.listing import more, move

BASE = "/open311/v2/servicerequestupdates.json"


def ids(client: FlaskClient, query: str) -> list[str]:
    answer = client.get(f"{BASE}?{query}")
    assert answer.status_code == 200, answer.data
    return [row["update_id"] for row in json.loads(answer.data)]


def answered(engine: sa.Engine, first: int, count: int) -> None:
    """Let the city answer so many reports, each of them new."""
    more(engine, first, count)
    move(engine, [str(first + n) for n in range(count)], Status.ACKNOWLEDGED)


def said(engine: sa.Engine) -> set[str]:
    with Session(engine) as session:
        wanted = sa.select(ReportEntry.id).where(ReportEntry.kind == "answer")
        return {str(key) for key in session.scalars(wanted)}


def linked(client: FlaskClient, url: str) -> tuple[list[str], str]:
    """Return the ids of a page, and the address of the next, "" for none."""
    answer = client.get(url)
    rows = [row["update_id"] for row in json.loads(answer.data)]
    link = answer.headers.get("Link", "")[1:].partition(">")[0]
    return rows, link.removeprefix("http://127.0.0.1:8000")


def test_by_number_none_is_lost_where_earlier_ones_leave_the_list(
    client: FlaskClient, engine: sa.Engine
) -> None:
    answered(engine, 0, 100)
    first = ids(client, "page=1&page_size=40")
    move(engine, [str(n) for n in range(10)], Status.CLOSED)
    move(engine, [str(n) for n in range(10)], Status.OPEN)
    move(engine, [str(n) for n in range(10)], Status.REJECTED)
    again = ids(client, "page=2&page_size=40")
    assert again == ids(client, "page=2&page_size=40")
    last = ids(client, "page=3&page_size=40")
    assert [len(page) for page in (first, again, last)] == [40, 40, 20]
    assert len({*first, *again, *last}) == 100


@pytest.mark.parametrize("asked", ["page_size=25", "page=1&page_size=25"])
def test_by_link_each_comes_once(client: FlaskClient, engine: sa.Engine, asked: str) -> None:
    answered(engine, 0, 70)
    before, seen = said(engine), []
    url = f"{BASE}?{asked}"
    for turn in range(1, 10):
        rows, url = linked(client, url)
        seen += rows
        if not url:
            break
        assert "page_size=25" in url
        move(engine, [str(turn)], Status.REJECTED)
        answered(engine, turn * 1000, 3)
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_without_a_page_the_first_thousand_lead_on(client: FlaskClient, engine: sa.Engine) -> None:
    answered(engine, 0, 1005)
    first, url = linked(client, BASE)
    second, nothing = linked(client, url)
    assert (len(first), len(second), nothing) == (1000, 5, "")
    assert {*first, *second} == said(engine)


def test_a_walk_through_requests_is_another(client: FlaskClient, engine: sa.Engine) -> None:
    """The same caller asks both the same question, a page of each in turn."""
    answered(engine, 0, 60)
    found: list[Any] = [[], []]
    for page in (1, 2):
        for which, base in enumerate((BASE, REQUESTS)):
            answer = client.get(f"{base}?page={page}&page_size=40")
            found[which] += [tuple(row.values())[:2] for row in json.loads(answer.data)]
    assert [len(set(one)) for one in found] == [60, 60]


def test_a_thousand_while_others_write(client: FlaskClient, engine: sa.Engine) -> None:
    answered(engine, 0, 1000)
    before, over = said(engine), threading.Event()

    def write() -> None:
        turn = 0
        while not over.is_set():
            answered(engine, 10_000 + turn * 5, 4)
            move(engine, [str(turn * 7)], Status.IN_PROGRESS)
            turn += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen: list[str] = []
        for page in range(1, 100):
            rows = ids(client, f"page={page}&page_size=100")
            seen += rows
            if len(rows) < 100:
                break
    finally:
        over.set()
        writer.join()
    assert len(seen) == len(set(seen))
    assert before <= set(seen)
