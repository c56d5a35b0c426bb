"""The sums of the map are those of the reports as they stand, whatever was undone on the way."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from participation.reports import actions, queries_map
from participation.reports.actions import NewReport
from participation.reports.clusters import rebuild_clusters
from participation.reports.models import REPORT_CLUSTER, Report
from participation.reports.rules import Category, Status
from services import clock
from services.db import Session, unit_of_work, writing_session
from services.maps.clusters import ZOOMS, counts_in, move_point
from tests.people import MINJI, SOYEON

PLACES = ((34.2100, 127.9100), (34.2101, 127.9101), (34.2500, 127.9500))
Sums = dict[tuple[Any, ...], tuple[float, ...]]


class UndoneError(Exception):
    """What was done until now is to be undone."""


def told(session: Session, place: int = 0, category: Category = Category.LITTER) -> UUID:
    lat, lon = PLACES[place]
    new = NewReport(category=category, text="x", lat=lat, lon=lon, idempotency_key=uuid4().hex)
    return actions.open_report(session, MINJI, new, at=clock.now())


def moved(session: Session, key: UUID, status: Status = Status.FIXED) -> None:
    report = session.get_one(Report, key)
    actions.answer_report(session, SOYEON, report, status, "x", at=clock.now())


def kept(session: Session) -> Sums:
    """Return the sums as they are stored; what cancelled out is nothing."""
    rows = session.connection().execute(sa.select(REPORT_CLUSTER)).all()
    return {tuple(row[:4]): rounded(row[4:]) for row in rows if row.n}


def rounded(sums: Any) -> tuple[float, ...]:
    return tuple(round(one, 6) for one in sums)


def true(session: Session) -> Sums:
    """Return the sums as the rows of the reports say."""
    found: Counter[tuple[tuple[Any, ...], int]] = Counter()
    for cell, shelf, category, lat, lon in session.connection().execute(
        sa.select(Report.cell, Report.shelf, Report.category, Report.lat, Report.lon).where(
            Report.shelf > 0
        )
    ):
        for zoom in ZOOMS:
            key = zoom, cell >> 2 * (26 - zoom - 2), shelf, category
            for n, one in enumerate((1, lat, lon)):
                found[key, n] += one
    return {key: rounded(found[key, n] for n in range(3)) for key, _ in found}


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Let what is done in the block be undone with its savepoint."""
    with suppress(UndoneError), session.begin_nested():
        yield
        raise UndoneError
    session.expire_all()


def agrees(engine: sa.Engine) -> bool:
    with Session(engine) as session:
        assert true(session)
        return kept(session) == true(session)


def seen(session: Session) -> dict[tuple[int, str], int]:
    """Return what lies on each shelf, by kind, as the map counts it."""
    counts = counts_in(session, REPORT_CLUSTER, queries_map.WORLD)
    return {key: n for key, n in counts.items() if n}


def test_a_savepoint_that_is_kept_counts(engine: sa.Engine) -> None:
    with unit_of_work(engine) as session:
        with session.begin_nested():
            key = told(session)
        with session.begin_nested(), session.begin_nested():
            moved(session, key)
    assert agrees(engine)


def test_a_savepoint_that_is_undone_does_not(engine: sa.Engine) -> None:
    with unit_of_work(engine) as session:
        key, other = told(session), told(session, 2)
        with undone(session):
            moved(session, key)
        moved(session, other)
    assert agrees(engine)


def test_what_was_kept_within_one_that_is_undone_does_not_count(engine: sa.Engine) -> None:
    with unit_of_work(engine) as session:
        key = told(session)
        with undone(session), session.begin_nested():
            moved(session, key)
    assert agrees(engine)


@pytest.mark.parametrize("end", ["rollback", "close"])
def test_a_session_that_goes_on_brings_nothing_along(engine: sa.Engine, end: str) -> None:
    session = writing_session(engine)
    key = told(session)
    session.commit()
    moved(session, key)
    getattr(session, end)()
    told(session, 1)
    session.commit()
    session.close()
    assert agrees(engine)


def test_who_counts_in_the_same_transaction_counts_what_was_done(engine: sa.Engine) -> None:
    with unit_of_work(engine) as session:
        key = told(session)
        assert seen(session) == {(2, "litter"): 1}
        with undone(session):
            moved(session, key)
            assert seen(session) == {(3, "litter"): 1}
        assert seen(session) == {(2, "litter"): 1}
        rings = queries_map.in_view(session, queries_map.WORLD, 7).clusters
        assert [ring.n for ring in rings] == [1]
        moved(session, key)
    assert agrees(engine)


def test_who_counts_in_a_savepoint_that_is_undone_loses_nothing(engine: sa.Engine) -> None:
    with unit_of_work(engine) as session:
        key = told(session)
        moved(session, key)
        with undone(session):
            assert seen(session) == {(3, "litter"): 1}
    assert agrees(engine)


def test_counting_anew_counts_what_was_just_done_once(engine: sa.Engine) -> None:
    with unit_of_work(engine) as session:
        key = told(session)
        told(session, 1)
        moved(session, key)
        assert rebuild_clusters(session, clock.now()) == 2
        moved(session, key, Status.OPEN)
    assert agrees(engine)


class Chance:
    """Acts, savepoints, counts and changes of mind, in any order."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.chance, self.left = session, random.Random(seed), 25

    def go(self, depth: int) -> None:
        while self.left > 0 and self.chance.random() < 0.9:
            self.left -= 1
            kind = self.chance.randrange(8)
            if kind < 2 and depth < 3:
                self._within(depth + 1)
            elif kind == 2:
                seen(self.session)
            elif kind == 3 and self.chance.random() < 0.3:
                rebuild_clusters(self.session, clock.now())
            else:
                self._act()

    def _within(self, depth: int) -> None:
        way = undone if self.chance.random() < 0.5 else Session.begin_nested
        with way(self.session):
            self.go(depth)

    def _act(self) -> None:
        keys = list(self.session.scalars(sa.select(Report.id)))
        if not keys or self.chance.random() < 0.3:
            kind = self.chance.choice([Category.LITTER, Category.STREET_LIGHT])
            told(self.session, self.chance.randrange(3), kind)
            return
        key = self.chance.choice(keys)
        open_now = self.session.get_one(Report, key).ended_at is None
        moved(self.session, key, Status.FIXED if open_now else Status.OPEN)


@pytest.mark.parametrize("seed", range(6))
def test_the_sums_never_drift(engine: sa.Engine, seed: int) -> None:
    with unit_of_work(engine) as session:
        told(session, 2)
        Chance(session, seed).go(0)
        assert seen(session)
    assert agrees(engine)


def test_from_one_shelf_to_the_same_nothing_moves(engine: sa.Engine) -> None:
    with unit_of_work(engine) as session:
        told(session)
        lat, lon = PLACES[0]
        move_point(session, REPORT_CLUSTER, lat=lat, lon=lon, category="litter", was=2, now=2)
    assert agrees(engine)
