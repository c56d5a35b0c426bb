"""The map, its rings and its list show the same reports: those of the filters, the newest first."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql, sqlite

from participation.reports import actions_merge, queries_map
from participation.reports.clusters import age_clusters, rebuild_clusters
from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.models import REPORT_CLUSTER, Report
from participation.reports.queries_map import EVERYTHING, Sight
from participation.reports.rules import Category, MapState, Shelf, Status, shelf_of
from services.db import Session, refresh_statistics
from services.maps.clusters import _counts, _rings
from services.maps.index import _arms
from tests.conftest import AT
from tests.pages import Pages
from tests.people import SOYEON

CITY = (127.0, 34.0, 128.0, 35.0)
CORNER = (127.0, 34.0, 127.5, 34.5)
SIGHTS = [Sight(c, s, t) for c in ("", "litter") for s in MapState for t in (False, True)]
ENDED = (Status.FIXED, Status.CLOSED)


def past(count: int) -> list[Arrival]:
    """Return reports in all states, of up to ninety days, strewn over a city by chance."""
    chance = random.Random(5)
    return [_one(chance, number) for number in range(count)]


def _one(chance: random.Random, number: int) -> Arrival:
    opened = AT - timedelta(days=chance.uniform(0, 90))
    status = chance.choice([s for s in Status if s is not Status.HELD])
    ended = opened + (AT - opened) * chance.random()
    over = status in (*ENDED, Status.REJECTED)
    return Arrival(
        source="test",
        source_id=str(number),
        category=chance.choice(list(Category)),
        status=status,
        text=f"{number}",
        lat=chance.uniform(*CITY[1::2]),
        lon=chance.uniform(*CITY[::2]),
        place="",
        opened_at=opened,
        ended_at=ended if over else None,
    )


def expected(session: Session, box: tuple[float, ...], sight: Sight) -> list[str]:
    """Return what is to be seen, newest first, worked out from the stories alone."""
    rows = session.scalars(select(Report)).all()
    seen = [r for r in rows if _wanted(r, sight) and _inside(r, box)]
    seen.sort(key=lambda r: (r.opened_at, r.id), reverse=True)
    return [str(r.id) for r in seen]


def _inside(r: Report, box: tuple[float, ...]) -> bool:
    return box[0] <= r.lon <= box[2] and box[1] <= r.lat <= box[3]


def _wanted(r: Report, sight: Sight) -> bool:
    if r.status in ("rejected", "held") or r.merged_into or sight.category not in ("", r.category):
        return False
    settled = r.status in ("fixed", "closed")
    lately = (r.ended_at if settled and r.ended_at else r.opened_at) > AT - timedelta(days=30)
    of_state = {
        MapState.NOW: lately or not settled,
        MapState.OPEN: not settled,
        MapState.SETTLED: settled,
        MapState.ALL: True,
    }
    return of_state[sight.state] and (lately or not sight.lately)


@pytest.fixture
def city(session: Session) -> Session:
    take_in(session, past(400), at=AT)
    return session


@pytest.mark.parametrize("few", [queries_map.FEW, 0])
@pytest.mark.parametrize("box", [CITY, CORNER])
def test_the_list_is_the_newest_of_its_part_of_the_map(
    city: Session, monkeypatch: pytest.MonkeyPatch, few: int, box: tuple[float, ...]
) -> None:
    monkeypatch.setattr(queries_map, "FEW", few)
    for sight in SIGHTS:
        cards = queries_map.cards_in(city, box, sight, 30)  # type: ignore[arg-type]
        assert [card.id for card in cards] == expected(city, box, sight)[:30], sight
    assert expected(city, box, SIGHTS[0])


def test_pins_and_rings_and_list_are_the_same_reports(city: Session) -> None:
    for sight in SIGHTS:
        wanted = expected(city, CITY, sight)
        pins = queries_map.in_view(city, CITY, 15, sight).points
        assert sorted(str(UUID(p.id)) for p in pins) == sorted(wanted), sight
        for zoom in (7, 10, 14):
            rings = queries_map.in_view(city, CITY, zoom, sight).clusters
            assert sum(ring.n for ring in rings) == len(wanted), (sight, zoom)


def test_more_than_can_be_shown_singly_is_counted_and_none_left_out(
    city: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries_map, "VIEW_LIMIT", 100)
    view = queries_map.in_view(city, CITY, 16)
    assert view.points == []
    assert sum(ring.n for ring in view.clusters) == len(expected(city, CITY, EVERYTHING)) > 100


def test_what_was_merged_is_neither_pin_nor_ring_nor_line(city: Session) -> None:
    first, second = (city.get_one(Report, UUID(i)) for i in expected(city, CITY, SIGHTS[2])[:2])
    before = len(expected(city, CITY, EVERYTHING))
    actions_merge.merge_report(city, SOYEON, first, second, at=AT)
    gone = str(first.id)
    assert first.id not in [UUID(p.id) for p in queries_map.in_view(city, CITY, 15).points]
    assert gone not in [c.id for c in queries_map.cards_in(city, CITY, EVERYTHING, 500)]
    assert sum(c.n for c in queries_map.in_view(city, CITY, 9).clusters) == before - 1


def test_what_grows_old_leaves_the_default_view_and_stays_in_all(city: Session) -> None:
    later = AT + timedelta(days=31)
    while _young(city, later):
        age_clusters(city, later)
    rows = city.scalars(select(Report)).all()
    assert all(r.shelf == _shelf(r, later) for r in rows)
    settled = Sight(state=MapState.SETTLED, lately=True)
    assert queries_map.in_view(city, CITY, 9, settled).clusters == []
    assert queries_map.in_view(city, CITY, 9, Sight(state=MapState.SETTLED)).clusters != []


def _shelf(r: Report, at: datetime) -> Shelf:
    merged = r.merged_into is not None
    return shelf_of(Status(r.status), r.opened_at, r.ended_at, merged=merged, at=at)


def _young(session: Session, at: datetime) -> bool:
    session.expire_all()
    return any(r.shelf != _shelf(r, at) for r in session.scalars(select(Report)))


def test_counting_anew_mends_what_was_lost(city: Session) -> None:
    def counted() -> list[tuple[Any, ...]]:
        rows = city.execute(select(REPORT_CLUSTER).where(REPORT_CLUSTER.c.n > 0)).all()
        return sorted((r.zoom, r.cell, r.shelf, r.category, r.n) for r in rows)

    before = counted()
    city.execute(text("DELETE FROM report_cluster WHERE zoom > 9"))
    city.execute(text("UPDATE report SET shelf = 1"))
    assert counted() != before
    assert rebuild_clusters(city, AT) == len(expected(city, CITY, EVERYTHING))
    assert counted() == before


def plan_of(session: Session, query: Any, **given: Any) -> str:
    """Return how the database would run a statement, by its indexes where it has the choice."""
    refresh_statistics(session)
    postgres = session.get_bind().dialect.name == "postgresql"
    if postgres:
        # A table of this size is read whole and sorted, unless that is forbidden.
        for way in ("seqscan", "bitmapscan", "sort"):
            session.execute(text(f"SET LOCAL enable_{way} = off"))
    dialect = postgresql.dialect() if postgres else sqlite.dialect()
    literal = query.params(**given).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN " if postgres else "EXPLAIN QUERY PLAN "
    rows = session.connection().exec_driver_sql(explain + str(literal).replace("%", "%%"))
    return " ".join(str(row) for row in rows)


EDGES = {"west": 127.0, "south": 34.0, "east": 128.0, "north": 35.0}


@pytest.mark.parametrize("narrowed", [False, True])
def test_the_walk_reads_a_shelf_from_its_newest_and_sorts_nothing(
    city: Session, narrowed: bool
) -> None:
    plan = plan_of(city, queries_map.WALK[2, narrowed], kind="litter", most=5, **EDGES)
    assert "ix_report_sheet" in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    assert "Sort" not in plan, plan


@pytest.mark.parametrize("narrowed", [False, True])
def test_what_lies_on_one_shelf_is_read_by_place_from_an_index_alone(
    city: Session, narrowed: bool
) -> None:
    keys, only = queries_map.NEWEST_KEYS, queries_map.LYING[2, narrowed]
    query = _arms(queries_map.TABLE, keys, only, 1)
    plan = plan_of(city, query, low0=0, high0=2**51, kind="litter", **EDGES)
    assert "ix_report_shelf_place" in plan, plan
    assert "COVERING" in plan or "Index Only Scan" in plan, plan


def test_pins_are_read_from_their_index_alone(city: Session) -> None:
    only = queries_map.SHOWN[False]
    query = _arms(queries_map.TABLE, queries_map.POINT, only, 1)
    cells = {"low0": 0, "high0": 2**51, "shelf_low": 1, "shelf_high": 2}
    plan = plan_of(city, query, **cells, **EDGES)
    assert "COVERING INDEX ix_report_place" in plan or "Index Only Scan" in plan, plan


def test_rings_and_counts_read_the_cells_in_view_alone(city: Session) -> None:
    cells = {"zoom": 12, "low0": 0, "high0": 2**20, "low1": 2**21, "high1": 2**22}
    rings = _rings(REPORT_CLUSTER, 2, True, True)
    narrowed = {"first": 1, "last": 2, "category": "litter"}
    for query, more in ((rings, narrowed), (_counts(REPORT_CLUSTER, 2), {})):
        plan = plan_of(city, query, **cells, **more)
        assert "cell>? AND cell<?" in plan or "(cell <= 1048576)" in plan, plan


@pytest.mark.parametrize("path", ["/reports/map", "/reports/map/list?box=127,34,128,35&zoom=9"])
def test_the_address_keeps_the_filters(app: Flask, city: Session, path: str) -> None:
    city.commit()
    client = Pages(app).client
    join = "&" if "?" in path else "?"
    answer = client.get(f"{path}{join}state=settled&time=30&category=litter").text
    wanted = expected(city, CITY, Sight("litter", MapState.SETTLED, lately=True))
    assert wanted
    assert all(f"/reports/{one}" in answer for one in wanted[:20])
    others = set(expected(city, CITY, EVERYTHING)) - set(wanted)
    assert not any(f"/reports/{one}" in answer for one in others)


def test_nonsense_in_the_address_is_the_default(app: Flask, city: Session) -> None:
    city.commit()
    client = Pages(app).client
    odd = client.get("/reports/api/view?box=127,34,128,35&zoom=9&state=x&time=y&category=z")
    plain = client.get("/reports/api/view?box=127,34,128,35&zoom=9")
    assert (odd.status_code, odd.data) == (200, plain.data)
