"""The public figures: by month and kind, as counted by hand, and as one city published them."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from participation.reports.imports import feeds
from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.promises.queries import Tally, counted, numbers
from participation.reports.rules import Category, Status
from services import clock
from services.auth import Actor
from services.db import unit_of_work
from tests.pages import Pages

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")
REAL = Path(__file__).resolve().parents[5] / "shared" / "data" / "reporting" / "requests.csv.gz"


def told(number: int, opened: datetime, days: float | None, promised: float = 5) -> Arrival:
    return Arrival(
        source="test",
        source_id=str(number),
        category=Category.LITTER if number % 2 else Category.WATER,
        status=Status.OPEN if days is None else Status.FIXED,
        text="x",
        lat=34.2,
        lon=127.9,
        place="",
        opened_at=opened,
        ended_at=None if days is None else opened + timedelta(days=days),
        due_at=opened + timedelta(days=promised),
    )


def test_each_report_counts_once_in_its_month_and_kind(engine: Engine) -> None:
    first = datetime(2026, 10, 31, 15, 30, tzinfo=UTC)  # November in Seoul
    before = datetime(2026, 10, 31, 14, 30, tzinfo=UTC)  # still October there
    rows = [
        told(1, first, 2),
        told(2, first, None, promised=1),
        told(3, before, 9),
        told(4, before, 5),
        told(5, AT - timedelta(days=400), 1),
    ]
    with unit_of_work(engine) as session:
        take_in(session, rows, at=AT)
        found = numbers(session, SEOUL, at=AT)
    months = {line.key: line.tally for line in found.months}
    assert list(months)[-2:] == ["2026-10", "2026-11"]
    assert len(months) == 12
    assert months["2026-11"] == Tally(told=2, settled=1, in_time=1, late=1)
    assert months["2026-10"] == Tally(told=2, settled=2, in_time=1, late=0)
    assert found.total == Tally(told=4, settled=3, in_time=2, late=1)
    kinds = {line.key: line.tally.told for line in found.categories}
    assert kinds["litter"] == 2
    assert kinds["water"] == 2
    assert kinds["noise"] == 0


def test_the_page_and_its_file_say_the_same(
    visit: Callable[[Actor | None], Pages], engine: Engine
) -> None:
    now = clock.now()
    with unit_of_work(engine) as session:
        rows = [told(n, now - timedelta(days=20), 2 if n % 4 else 9) for n in range(8)]
        take_in(session, rows, at=now)
    pages = visit(None)
    assert "75.0 %" in pages.get("/reports/numbers")
    rows_of_file = list(
        csv.DictReader(io.StringIO(pages.client.get("/reports/numbers/file.csv").text))
    )
    kinds = [row for row in rows_of_file if row["by"] == "kind"]
    assert sum(int(row["in_time"]) for row in kinds) == 6
    assert sum(int(row["settled"]) for row in kinds) == 8


def test_an_empty_city_is_told_so(visit: Callable[[Actor | None], Pages]) -> None:
    assert "아직 셀 것이 없어요" in visit(None).get("/reports/numbers")


@pytest.mark.skipif(not REAL.exists(), reason="the real requests (shared data) are not here")
def test_the_real_rows_of_baltimore_give_what_the_city_published(engine: Engine) -> None:
    arrivals = []
    with feeds.opened(REAL) as file:
        for _, row in feeds.rows(file):
            if row["city"] == "Baltimore":
                try:
                    arrivals.append(feeds.arrival_of(row))
                except feeds.RowError:
                    continue
    # Where the city promised nothing, it kept and broke nothing.
    arrivals = [a for a in arrivals if a.due_at is not None]
    with unit_of_work(engine) as session:
        for start in range(0, len(arrivals), 500):
            take_in(session, arrivals[start : start + 500], at=AT)
        ages = (datetime(2000, 1, 1, tzinfo=UTC), AT)
        found = counted(session, *ages, at=AT, source="Baltimore")
    settled = sum(t.settled for t in found.values())
    in_time = sum(t.in_time for t in found.values())
    assert settled > 8000
    assert round(100 * in_time / settled, 1) == 83.6
