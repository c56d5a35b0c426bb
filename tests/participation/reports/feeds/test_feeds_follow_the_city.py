"""Reports as Atom and GeoJSON: whole, narrowed, in pages, read again only when they changed."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID
from xml.etree import ElementTree

import pytest
from flask import Flask

from participation.reports.actions import NewReport, answer_report, open_report
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services.auth import Actor
from services.db import unit_of_work
from services.maps import PlaceName, morton
from services.maps.places import QUARTER, folded
from tests.conftest import AT
from tests.pages import Pages
from tests.people import MINJI, SOYEON

Visit = Callable[[Actor | None], Pages]
Tell = Callable[..., str]
ATOM = "{http://www.w3.org/2005/Atom}"
GEORSS = "{http://www.georss.org/georss}"


@pytest.fixture
def told(app: Flask) -> Tell:
    """Store a report and return its id; each a minute after the one before."""
    count = iter(range(1000))

    def tell(text: str = "Dark lamp", *, lat: float = 37.5, lon: float = 127.0, **more: str) -> str:
        number = next(count)
        category = Category(more.pop("category", "street_light"))
        key, at = f"tap-{number:08}", AT + timedelta(minutes=number)
        new = NewReport(category=category, text=text, lat=lat, lon=lon, idempotency_key=key, **more)
        with unit_of_work(app.extensions["engine"]) as session:
            return str(open_report(session, MINJI, new, at=at))

    return tell


def entries(text: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(text).findall(ATOM + "entry")


def titles(pages: Pages, query: str = "") -> list[str]:
    found = json.loads(pages.get(f"/reports/feed.geojson{query}"))
    again = [e.findtext(ATOM + "title") for e in entries(pages.get(f"/reports/feed.atom{query}"))]
    named = [one["properties"]["title"] for one in found["features"]]
    assert again == named
    return named


def test_an_atom_feed_is_what_its_rfc_asks_for(visit: Visit, told: Tell) -> None:
    first = told("Dark & <deep>\nwater\x0b here", place="매화로 1")
    told("second")
    answer = visit(None).client.get("/reports/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.data)
    for needed in ("id", "title", "updated"):
        assert feed.findtext(ATOM + needed)
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    assert [link.get("rel") for link in feed.findall(ATOM + "link")] == [
        "self",
        "first",
        "alternate",
    ]
    newest, oldest = feed.findall(ATOM + "entry")
    assert oldest.findtext(ATOM + "id") == f"urn:uuid:{first}"
    assert oldest.findtext(ATOM + "title") == "Dark & <deep>"
    assert "water\ufffd here" in str(oldest.findtext(ATOM + "summary"))
    assert oldest.findtext(GEORSS + "point") == "37.5 127.0"
    for one in (newest, oldest):
        assert re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", one.findtext(ATOM + "updated")
        )


def test_geojson_is_what_its_rfc_asks_for(visit: Visit, told: Tell) -> None:
    key = told("one", lat=37.5, lon=127.0)
    told("two", lat=37.6, lon=126.9)
    answer = visit(None).client.get("/reports/feed.geojson")
    assert answer.mimetype == "application/geo+json"
    found = json.loads(answer.data)
    assert found["type"] == "FeatureCollection"
    assert found["bbox"] == [126.9, 37.5, 127.0, 37.6]
    one = found["features"][1]
    assert (one["type"], one["id"]) == ("Feature", key)
    assert one["geometry"] == {"type": "Point", "coordinates": [127.0, 37.5]}
    assert one["properties"]["url"].endswith(f"/reports/{key}")


def test_feeds_are_narrowed(app: Flask, visit: Visit, told: Tell) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        for name, lon in (("매화동", 126.99), ("보리동", 127.03)):
            row = PlaceName(name=name, folded=folded(name), kind=QUARTER, lat=37.5, lon=lon)
            row.cell = morton(lon, 37.5)
            session.add(row)
    told("lamp", lon=127.0)
    told("bags", lon=127.02, category="litter", place="보리로 3")
    fixed = told("hole", lat=37.7, lon=126.9, category="road_damage")
    with unit_of_work(app.extensions["engine"]) as session:
        report = session.get_one(Report, UUID(fixed))
        answer_report(session, SOYEON, report, Status.FIXED, "done", at=AT + timedelta(hours=2))
    pages = visit(None)
    for query, left in {
        "": ["hole", "bags", "lamp"],
        "?category=litter": ["bags"],
        "?status=fixed": ["hole"],
        "?q=보리로": ["bags"],
        "?q=LAMP": ["lamp"],
        "?q=1_0": [],
        "?bbox=126.95,37.4,127.01,37.6": ["lamp"],
        "?bbox=126.95,37.4,127.03,37.6&category=litter": ["bags"],
        "?ward=매화동": ["hole", "lamp"],
        "?ward=보리동": ["bags"],
        "?ward=달동네": [],
    }.items():
        assert titles(pages, query) == left, query


@pytest.mark.parametrize(
    "query", ["bbox=1,2,3", "bbox=a,b,c,d", "bbox=127,37,126,38", "category=cats", "after=x",
              "status=rejected", "bbox=nan,nan,nan,nan"],
)  # fmt: skip
def test_odd_filters_are_refused(visit: Visit, query: str) -> None:
    for name in ("atom", "geojson"):
        visit(None).get(f"/reports/feed.{name}?{query}", status=422)


def test_a_feed_is_read_in_pages(visit: Visit, told: Tell) -> None:
    ids = [told(f"report {number}") for number in range(53)]
    pages, seen = visit(None), []
    path = "/reports/feed.geojson?category=street_light"
    while path:
        found = json.loads(pages.get(path))
        seen += [one["id"] for one in found["features"]]
        links = {one["rel"]: one["href"] for one in found["links"]}
        path = links["next"].split("8000", 1)[-1] if "next" in links else ""
        assert "category=street_light" in links["self"]
    assert seen == ids[::-1]


@pytest.mark.parametrize("name", ["atom", "geojson"])
def test_who_has_it_already_is_told_so(app: Flask, visit: Visit, told: Tell, name: str) -> None:
    key, client = told(), visit(None).client
    first = client.get(f"/reports/feed.{name}")
    same = {"If-None-Match": first.headers["ETag"]}
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    for known in (same, since):
        again = client.get(f"/reports/feed.{name}", headers=known)
        assert (again.status_code, again.data) == (304, b"")
    with unit_of_work(app.extensions["engine"]) as session:
        report = session.get_one(Report, UUID(key))
        answer_report(session, SOYEON, report, Status.FIXED, "done", at=AT + timedelta(hours=2))
    for known in (same, since):
        assert client.get(f"/reports/feed.{name}", headers=known).status_code == 200


def test_nobody_and_nothing_hidden_stands_in_a_feed(app: Flask, visit: Visit, told: Tell) -> None:
    told("public")
    hidden = told("hidden")
    with unit_of_work(app.extensions["engine"]) as session:
        report = session.get_one(Report, UUID(hidden))
        answer_report(session, SOYEON, report, Status.REJECTED, "no", at=AT + timedelta(hours=2))
    for name in ("atom", "geojson"):
        text = visit(MINJI).get(f"/reports/feed.{name}")
        assert "public" in text
        for private in ("hidden", hidden, "김민지", str(MINJI.id)):
            assert private not in text


def test_the_list_names_its_feeds(visit: Visit) -> None:
    page = visit(None).get("/reports/")
    assert 'rel="alternate" type="application/atom+xml"' in page
    assert 'rel="alternate" type="application/geo+json"' in page
