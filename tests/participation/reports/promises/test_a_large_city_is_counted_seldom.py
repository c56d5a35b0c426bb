"""Many who look at the figures of a large city have them counted once; these say of when."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import Engine

from participation.reports.imports.arrivals import take_in
from participation.reports.promises import counting
from participation.reports.promises.counting import KEPT_FOR, MANY, Counted
from participation.reports.promises.queries import NOBODY, Scope
from services.auth import Actor
from services.db import Session, unit_of_work
from tests.pages import Pages
from tests.participation.reports.promises.test_promises_are_counted import told

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")
ASKED = Scope("2026-11")
SOON, LATER = AT + KEPT_FOR / 2, AT + KEPT_FOR


@pytest.fixture
def looks(engine: Engine) -> Iterator[list[str]]:
    """The statements that counted reports since."""
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *more: object) -> None:
        if "count(*)" in statement:
            seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


def take(engine: Engine, first: int, count: int) -> None:
    with unit_of_work(engine) as session:
        take_in(session, [told(first + n, AT, None) for n in range(count)], at=AT)


def asked(engine: Engine, counted: Counted, scope: Scope, at: datetime) -> tuple[datetime, int]:
    with Session(engine) as session:
        found = counted.numbers(session, SEOUL, scope, at=at)
    return found.at, found.total.told


def test_what_was_counted_is_told_again_with_its_moment(engine: Engine, looks: list[str]) -> None:
    counted = Counted(many=3)
    take(engine, 1, 3)
    assert asked(engine, counted, ASKED, AT) == (AT, 3)
    take(engine, 4, 1)
    assert asked(engine, counted, ASKED, SOON) == (AT, 3)
    assert len(looks) == 1
    assert asked(engine, counted, ASKED, LATER) == (LATER, 4)
    assert len(looks) == 2


def test_bodies_share_a_count_and_other_months_and_sources_do_not(
    engine: Engine, looks: list[str]
) -> None:
    counted = Counted(many=3)
    take(engine, 1, 3)
    for n in range(80):
        assert asked(engine, counted, Scope("2026-11", body=f"nobody {n}"), AT) == (AT, 0)
    assert asked(engine, counted, Scope("2026-11", body=NOBODY), AT) == (AT, 3)
    assert len(looks) == 1
    assert asked(engine, counted, Scope("2026-10"), AT) == (AT, 0)
    assert asked(engine, counted, Scope("2026-11", source="test"), SOON) == (SOON, 3)
    assert len(looks) == 3


def test_a_small_city_is_counted_each_time(engine: Engine) -> None:
    counted = Counted(many=3)
    take(engine, 1, 1)
    assert asked(engine, counted, ASKED, AT) == (AT, 1)
    take(engine, 2, 1)
    assert asked(engine, counted, ASKED, AT) == (AT, 2)


def test_a_clock_that_was_ahead_keeps_nothing(engine: Engine) -> None:
    counted = Counted(many=1)
    take(engine, 1, 1)
    ahead = AT + timedelta(hours=9)
    assert asked(engine, counted, ASKED, ahead) == (ahead, 1)
    assert asked(engine, counted, ASKED, AT) == (AT, 1)


def test_no_more_is_remembered_than_said(
    engine: Engine, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST", 2)
    counted = Counted(many=0)
    for month in ("2026-09", "2026-10", "2026-11", "2026-09"):
        asked(engine, counted, Scope(month), AT)
    assert len(looks) == 4
    asked(engine, counted, Scope("2026-11"), AT)
    assert len(looks) == 4


def test_who_asks_meanwhile_waits_for_the_same_count(engine: Engine, looks: list[str]) -> None:
    counted = Counted(many=3)
    take(engine, 1, 3)
    with ThreadPoolExecutor(6) as people:
        found = list(people.map(lambda _: asked(engine, counted, ASKED, AT), range(6)))
    assert set(found) == {(AT, 3)}
    assert len(looks) == 1


def test_who_asks_for_what_is_kept_waits_for_nobody(engine: Engine) -> None:
    counted = Counted(many=3)
    take(engine, 1, 3)
    asked(engine, counted, ASKED, AT)
    with counted._lock, ThreadPoolExecutor(1) as people:
        looked = people.submit(asked, engine, counted, ASKED, SOON)
        assert looked.result(timeout=20) == (AT, 3)


def test_a_month_that_is_none_is_refused_and_stops_nobody(engine: Engine) -> None:
    counted = Counted(many=0)
    with pytest.raises(ValueError, match="month"):
        asked(engine, counted, Scope("2026-11", 5), AT)
    assert asked(engine, counted, ASKED, AT) == (AT, 0)


def test_the_page_asks_what_its_application_counted(
    app: Flask, visit: Callable[[Actor | None], Pages]
) -> None:
    assert app.extensions["promises"]._many == MANY
    app.extensions["promises"] = Counted(many=0)
    pages = visit(None)
    first = pages.client.get("/reports/numbers/file.json?until=2026-11").json
    again = pages.client.get("/reports/numbers/file.json?until=2026-11").json
    assert first["at"] == again["at"]
