"""Where a page of a walk ended is noted for half an hour, for its walker, and delays no page."""

import threading
from datetime import timedelta
from typing import cast
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from participation.reports.models import Report
from participation.reports.open311.models import Open311Walk
from participation.reports.open311.walk import Walks, walker_of
from services.db import Session, reading_session, unit_of_work
from tests.conftest import AT
from tests.participation.reports.open311.listing import ids, more


@pytest.fixture
def walks(app: Flask) -> Walks:
    return cast(Walks, app.extensions["walks"])


def test_places_are_kept_for_half_an_hour(engine: sa.Engine, walks: Walks) -> None:
    first, second = uuid4(), uuid4()
    walks.ended("one", 1, (AT, first), AT)
    walks.ended("one", 1, (AT, second), AT + timedelta(minutes=1))
    walks.ended("two", 1, (AT, first), AT)
    later = AT + timedelta(minutes=30)
    with reading_session(engine) as session:
        assert walks.begins(session, "one", 2, later) == (AT, second)
        assert walks.begins(session, "one", 3, later) is None
        assert walks.begins(session, "two", 2, later) is None
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
