"""The public figures: by month and kind, as counted by hand, and as one city published them."""

import contextlib
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
from participation.reports.promises.queries import NOBODY, Scope, Tally, numbers, sources
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
        found = numbers(session, SEOUL, Scope("2026-11"), at=AT)
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
    assert "75.0%" in pages.get("/reports/numbers")
    rows_of_file = list(
        csv.DictReader(io.StringIO(pages.client.get("/reports/numbers/file.csv").text))
    )
    assert sum(int(row["in_time"]) for row in rows_of_file) == 6
    assert sum(int(row["settled"]) for row in rows_of_file) == 8
    data = pages.client.get("/reports/numbers/file.json").json
    assert [{name: str(value) for name, value in row.items()} for row in data["rows"]] == (
        rows_of_file
    )


HEADER = (
    "city,service_request_id,status,service_name,service_detail,requested_datetime,"
    "closed_datetime,expected_datetime,address,lat,long,status_notes,agency_responsible"
)
# A city in small: what each row adds to is said beside it.
ROWS = """\
Smalltown,1,Closed,Street Light,,2016-05-02T09:00:00+00:00,2016-05-03T09:00:00+00:00,2016-05-05T09:00:00+00:00,,39.3,-76.6,,Roads
Smalltown,2,Closed,Street Light,,2016-05-02T09:00:00+00:00,2016-05-09T09:00:00+00:00,2016-05-05T09:00:00+00:00,,39.3,-76.6,,Roads
Smalltown,3,Closed,Street Light,,2016-06-02T09:00:00+00:00,2016-06-03T09:00:00+00:00,2016-06-05T09:00:00+00:00,,39.3,-76.6,,Roads
Smalltown,4,Closed,Trash,,2016-05-02T09:00:00+00:00,2016-05-05T09:00:00+00:00,2016-05-05T09:00:00+00:00,,39.3,-76.6,,Waste
Smalltown,5,Open,Trash,,2016-06-02T09:00:00+00:00,,2016-06-05T09:00:00+00:00,,39.3,-76.6,,Waste
Smalltown,6,Closed,Trash,,2016-06-02T09:00:00+00:00,2016-06-03T09:00:00+00:00,,,39.3,-76.6,,Waste
Smalltown,7,Closed,Trash,,2016-06-02T09:00:00+00:00,2016-06-03T09:00:00+00:00,2016-06-05T09:00:00+00:00,,,,,Waste
Smalltown,8,Closed,Trash,,2016-06-02T09:00:00+00:00,2016-06-09T09:00:00+00:00,2016-06-05T09:00:00+00:00,,39.3,-76.6,,
"""  # noqa: E501
ASKED = "source=Smalltown&until=2016-06"


def take_small_town(engine: Engine, rows: str = ROWS) -> None:
    file = io.StringIO(f"{HEADER}\n{rows}")
    with unit_of_work(engine) as session:
        found = []
        for _, row in feeds.rows(file):
            with contextlib.suppress(feeds.RowError):
                found.append(feeds.arrival_of(row, at=AT))
        take_in(session, found, at=AT)


def test_body_kind_and_month_are_crossed(
    visit: Callable[[Actor | None], Pages], engine: Engine
) -> None:
    take_small_town(engine)
    pages = visit(None)
    text = pages.client.get(f"/reports/numbers/file.csv?{ASKED}").text
    rows = {
        tuple(row[:3]): [int(n) for n in row[3:]] for row in list(csv.reader(text.splitlines()))[1:]
    }
    assert rows == {
        ("Roads", "street_light", "2016-05"): [2, 2, 1, 0],
        ("Roads", "street_light", "2016-06"): [1, 1, 1, 0],
        ("Waste", "litter", "2016-05"): [1, 1, 1, 0],
        # One waits past its day; what was promised nothing is told of and no more.
        ("Waste", "litter", "2016-06"): [2, 0, 0, 1],
        ("", "litter", "2016-06"): [1, 1, 0, 0],
    }
    page = pages.get(f"/reports/numbers?{ASKED}")
    assert "60.0%" in page  # 3 of 5
    assert "담당 없음" in page
    assert page.count('class="chart-kept"') == 12
    roads = pages.get(f"/reports/numbers?{ASKED}&body=Roads")
    assert "66.7%" in roads
    row = roads.split('class="ds-table table-cross"')[1].split("<tbody>")[1].split("</tr>")[0]
    assert [cell.split("<")[0].strip() for cell in row.split('<td class="num">')[1:]] == (
        ["67%", "100%", "50%"] + ["–"] * 10
    )
    assert "0.0%" in pages.get(f"/reports/numbers?{ASKED}&body={NOBODY}")
    only = pages.client.get(f"/reports/numbers/file.csv?{ASKED}&body=Waste").text
    assert {row[0] for row in csv.reader(only.splitlines()[1:])} == {"Waste"}


def test_a_source_and_a_span_narrow_the_figures(
    visit: Callable[[Actor | None], Pages], engine: Engine
) -> None:
    take_small_town(engine)
    with unit_of_work(engine) as session:
        take_in(session, [told(1, AT, 1)], at=AT)
        assert sources(session) == ["Smalltown", "test"]
        whole = numbers(session, SEOUL, Scope("2016-06", 24), at=AT)
        assert whole.total.told == 7
        assert numbers(session, SEOUL, Scope("2016-06", source="test"), at=AT).total.told == 0
        assert numbers(session, SEOUL, Scope("2015-06", source="Smalltown"), at=AT).cells == []


@pytest.mark.parametrize(
    "odd", ["until=2016-13", "until=x", "months=5", "until=0001-01", "until=9999-12"]
)
def test_what_is_no_month_is_told_so(visit: Callable[[Actor | None], Pages], odd: str) -> None:
    assert visit(None).client.get(f"/reports/numbers?{odd}").status_code == 422
    assert visit(None).client.get(f"/reports/numbers/file.json?{odd}").status_code == 422


def test_a_formula_in_a_name_stays_a_name(
    visit: Callable[[Actor | None], Pages], engine: Engine
) -> None:
    take_small_town(engine, ROWS.replace(",Roads", ",=1+1"))
    text = visit(None).client.get(f"/reports/numbers/file.csv?{ASKED}").text
    assert "'=1+1," in text


def test_an_empty_city_is_told_so(visit: Callable[[Actor | None], Pages]) -> None:
    assert "아직 셀 것이 없어요" in visit(None).get("/reports/numbers")


@pytest.mark.skipif(
    not REAL.exists(), reason="the real requests (shared data) are not here; Smalltown stands in"
)
def test_the_real_rows_of_baltimore_give_what_the_city_published(
    visit: Callable[[Actor | None], Pages], engine: Engine
) -> None:
    """Those that have a place: 8,135 settled with a promised day, 6,800 of them by it."""
    batch = []
    with feeds.opened(REAL) as file:
        for _, row in feeds.rows(file):
            if isinstance(row, dict) and row["city"] == "Baltimore":
                with contextlib.suppress(feeds.RowError):
                    batch.append(feeds.arrival_of(row, at=AT))
    with unit_of_work(engine) as session:
        for start in range(0, len(batch), 500):
            take_in(session, batch[start : start + 500], at=AT)
    pages = visit(None)
    pages.client.set_cookie("lang", "en")
    page = pages.get("/reports/numbers?source=Baltimore&until=2019-02&months=72")
    assert "83.6%" in page
    assert "6,800 of 8,135" in page
    assert "Solid Waste" in page
