"""A demo city of any size: the same for the same seed, with people, a past and pictures."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from participation.accounts.models import Person
from participation.reports.drawings import VARIANTS, drawn
from participation.reports.models import Report, ReportPhoto
from participation.reports.rules import Category
from services.db import Session
from tests.pages import Pages

COLUMNS = (Report.category, Report.text, Report.lat, Report.lon, Report.place, Report.photo_hash)
SMALL = ("--size", "5", "--seed", "3", "--people", "12", "--reports", "60")


@pytest.fixture
def make(app: Flask, session: Session) -> Callable[..., str]:
    def run(*words: str) -> str:
        session.rollback()
        ran = app.test_cli_runner().invoke(args=["city", "demo", *words])
        return ran.output

    return run


def past(session: Session) -> list[Any]:
    return [tuple(row) for row in session.execute(select(*COLUMNS).order_by(Report.source_id))]


def test_it_has_as_many_people_and_reports_as_told_and_nothing_happens_twice(
    make: Callable[..., str], session: Session
) -> None:
    before = session.scalar(select(func.count()).select_from(Person)) or 0
    make(*SMALL)
    people = session.scalar(select(func.count()).select_from(Person))
    assert people == before + 12
    told = past(session)
    assert len(told) == 60
    reporters = session.scalars(select(Report.reporter_id).distinct()).all()
    assert len(reporters) > 6, "the past is told by the town, not by the cast alone"
    ends = session.scalars(select(Report.ended_at).where(Report.ended_at.is_not(None))).all()
    assert len(ends) > 20
    assert len(set(ends)) == len(ends), "each was settled at a time of its own"
    assert make(*SMALL).strip() == ""
    assert past(session) == told
    assert "another one needs an empty database" in make("--seed", "4")


def test_its_pictures_are_served(make: Callable[..., str], session: Session, app: Flask) -> None:
    make(*SMALL)
    pictured = {row[5]: row[0] for row in past(session) if row[5]}
    assert len(pictured) > 8
    shares = [row[5] is not None for row in past(session) if row[0] != Category.NOISE]
    assert 0.4 < sum(shares) / len(shares) < 0.8
    further = session.scalars(select(ReportPhoto.position)).all()
    assert set(further) == {2, 3}
    client = Pages(app).client
    for picture in list(pictured)[:3]:
        answer = client.get(f"/media/{picture}/small.webp", buffered=True)
        assert (answer.status_code, answer.mimetype) == (200, "image/webp")
        assert len(answer.data) < 30_000
    assert "/small.webp" in client.get("/").text
    assert "/small.webp" in client.get("/reports/map").text


@pytest.mark.parametrize("size", ["3", "121", "huge"])
def test_an_odd_size_is_refused_with_a_sentence(make: Callable[..., str], size: str) -> None:
    assert "blocks a side, 4 to 120" in make("--size", size)


def test_a_drawing_is_the_same_for_the_same_kind_and_number() -> None:
    seen = {}
    for category in Category:
        for variant in range(VARIANTS):
            data = drawn(category, variant)
            assert data == drawn(category, variant)
            assert (data is None) == (category is Category.NOISE)
            seen[category, variant] = data
    pictures = [data for data in seen.values() if data]
    assert len(set(pictures)) == len(pictures) == 7 * VARIANTS
