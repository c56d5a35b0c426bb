"""The clients other people wrote, run as they are against a server process of ours."""

import importlib
import itertools
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from civicbot.http import HttpTransport, RateLimiter
from civicbot.open311 import Open311Client
from civicbot.registry import Endpoint

from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.open311 import actions as open311_actions
from participation.reports.rules import Category, Status
from services import clock
from services.auth import STRANGER
from services.db import make_engine, unit_of_work
from tests.flows.processes import process
from tests.flows.test_report_to_answer import photo
from tests.participation.reports.photos.looks import look_over

PAST = 450
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Served:
    """A server with `PAST` reports of the last days."""

    def __init__(self, address: str, key: str, database: str) -> None:
        self.base = f"{address}/open311/v2"
        self.key = key
        self.database = database

    def look_over(self) -> None:
        """Let someone of the city show the pictures that wait."""
        engine = make_engine(self.database)
        look_over(engine, STRANGER)
        engine.dispose()


@pytest.fixture(scope="module")
def served(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("clients")
    shutil.copy(migrated_file, folder / "city.db")
    url = f"sqlite:///{folder / 'city.db'}"
    engine = make_engine(url)
    with unit_of_work(engine) as session:
        take_in(session, [_past(n) for n in range(PAST)], at=clock.now())
        key = open311_actions.issue_key(session, STRANGER, "Clients", at=clock.now())
    engine.dispose()
    with process("serve", folder, DATABASE_URL=url, MADANG_MODE="test") as running:
        yield Served(running.address, key, url)


def _past(number: int) -> Arrival:
    opened = clock.now() - timedelta(hours=6, minutes=number)
    ended = opened + timedelta(minutes=30) if number % 3 == 0 else None
    return Arrival(
        source="past",
        source_id=str(number),
        category=Category.WATER if number % 2 else Category.LITTER,
        status=Status.FIXED if ended else Status.OPEN,
        text=f"물이 새요 {number}",
        lat=34.2,
        lon=127.9,
        place="해오름길 3",
        opened_at=opened,
        ended_at=ended,
        answer="Done" if ended else "",
    )


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport(served: Served, form: str) -> None:
    georeport = importlib.import_module("georeport")
    client = georeport.GeoReport(served.base, output_format=form)
    assert len(client.get_service_list()) == 8
    definition = client.get_service_definition("water")
    assert "detail" in str(definition)
    for status in ("open,closed", ["open", "closed"]):
        rows = client.get_service_requests(status=status)
        # Others of these tests post a few more, in any order.
        assert len(rows) >= PAST
        assert {row["status"] for row in rows} == {"open", "closed"}
    closed = client.get_service_requests(service_code="water", status="closed")
    assert {(row["service_code"], row["status"]) for row in closed} == {("water", "closed")}
    numbers = [row["service_request_id"] for row in rows[:2]]
    two = client.get_service_requests(service_request_id=",".join(numbers))
    assert [row["service_request_id"] for row in two] == numbers
    assert client.get_service_request(numbers[0])


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client of 2013, with the one name it wants of Python 2."""
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    monkeypatch.delitem(sys.modules, "three", raising=False)
    return importlib.import_module("three").Three


def test_three_reads(served: Served, three: Any) -> None:
    client = three(served.base)
    assert len(client.services()) == 8
    assert client.services("water")["service_code"] == "water"
    assert client.discovery()["endpoints"][0]["url"].endswith("/open311/v2")
    first = client.requests(count=50, page=1)
    second = client.requests(count=50, page=2)
    assert len({row["service_request_id"] for row in first + second}) == 100
    assert {r["service_code"] for r in client.requests("water", status="open")} == {"water"}
    today = datetime.now(UTC).date()
    days = [(today - timedelta(days=n)).strftime("%m-%d-%Y") for n in (3, -1)]
    assert len(client.requests(between=days)) >= PAST
    number = first[0]["service_request_id"]
    assert client.request(number)[0]["service_request_id"] == number
    assert client.token(number)[0]["token"] == number


def test_three_writes_with_a_picture(served: Served, three: Any) -> None:
    client = three(served.base, api_key=served.key)
    picture, _ = photo()
    picture.name = "lamp.jpg"
    told = client.post(
        "street_light",
        lat=34.21,
        long=127.91,
        name="Minsu Gong",
        description="Lamp out",
        media=picture,
        **{"attribute[detail]": "17"},
    )
    (row,) = client.request(told[0]["service_request_id"])
    assert row["media_url"] is None
    served.look_over()
    (row,) = client.request(told[0]["service_request_id"])
    assert row["media_url"].endswith("/large.webp")
    refused = three(served.base, api_key="wrong").post("street_light", lat=34.2, long=127.9)
    assert refused[0]["code"] == 403


def test_civicbot_reads_and_writes(served: Served) -> None:
    where = Endpoint(id="haneul", name="Haneul", base_url=served.base, write=True)
    client = Open311Client(where, HttpTransport(rate_limiter=RateLimiter(0)))
    assert len(client.list_services()) == 8
    assert client.get_service_definition("water")
    assert len(client.list_requests(page_size=20)) == 20
    made = client.create_request(
        "street_light",
        dry_run=False,
        confirm="SEND",
        api_key=served.key,
        validate_remote=True,
        lat=34.22,
        lng=127.92,
        description="Lamp out again",
        attributes={"detail": "18"},
    )
    assert made


def test_chicagorequests_walks_all_pages(served: Served) -> None:
    downloader = importlib.import_module("chicagorequests").Downloader
    downloader.BASE_URL = served.base + "/requests.json"
    now = datetime.now(ZoneInfo("Asia/Seoul"))
    rows = downloader()((now - timedelta(days=3), now - timedelta(hours=5)))
    assert len(rows) >= PAST
    assert len({row["service_request_id"] for row in rows}) == len(rows)
    naive = datetime.now(UTC).replace(tzinfo=None)
    assert len(downloader()((naive - timedelta(days=3), naive - timedelta(hours=5)))) == PAST
