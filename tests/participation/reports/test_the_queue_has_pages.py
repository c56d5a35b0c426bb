"""The queue goes on beyond its first page, in one order, and each page is read off an index."""

from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from participation.reports import queries_queue
from participation.reports.imports.arrivals import take_in
from participation.reports.models import Report
from participation.reports.photos.hanging import let_wait
from participation.reports.queries_queue import VIEWS, Queue, Sought, queue, runs
from participation.reports.rules import ENDED, GRAVEST, Category, Status
from services.db import Session, refresh_statistics
from tests.conftest import AT
from tests.participation.reports.analysis.test_analysis_counts_by_hexagon_and_month import told
from tests.people import SOYEON

DIALECTS = {
    "sqlite": ("EXPLAIN QUERY PLAN ", sqlite.dialect(), "TEMP B-TREE"),
    "postgresql": ("EXPLAIN ", postgresql.dialect(), "Sort"),
}
KINDS = (Category.WATER, Category.LITTER, Category.NOISE)


def city(session: Session, count: int, settled: float = 1 / 3) -> None:
    """Take in reports of three kinds, a share of them settled, many opened in one moment."""
    rows = []
    for n in range(count):
        # 83 shares no factor with the turn of kinds: each kind is settled in the same share.
        ended = n * 83 % 100 < 100 * settled
        over = {"status": Status.FIXED, "ended_at": AT} if ended else {}
        opened = AT - timedelta(minutes=n // 7)
        rows.append(told(n, opened, category=KINDS[n % 5 % 3], **over))
    take_in(session, rows, at=AT)


def pages(session: Session, sought: Sought) -> list[Queue]:
    found = [queue(session, SOYEON, sought, AT)]
    while found[-1].after is not None:
        onward = Sought(sought.view, sought.kind, found[-1].after)
        found.append(queue(session, SOYEON, onward, AT))
    return found


@pytest.mark.parametrize("view", ["live", "new", "ended"])
@pytest.mark.parametrize("sort", ["", "water"])
def test_pages_follow_each_other_without_gap_or_repeat(
    session: Session, monkeypatch: pytest.MonkeyPatch, view: str, sort: str
) -> None:
    monkeypatch.setattr(queries_queue, "LENGTH", 10)
    city(session, 120)
    rows = [row for page in pages(session, Sought(view, sort)) for row in page.rows]
    wanted = [
        one
        for one in session.query(Report).all()
        if (one.status in ENDED) == (view == "ended") and sort in ("", one.category)
    ]
    if view == "ended":
        wanted.sort(key=lambda one: (one.opened_at, one.id), reverse=True)
    else:
        wanted.sort(key=lambda one: (-one.severity, one.opened_at, one.id))
    assert [row.id for row in rows] == [str(one.id) for one in wanted]
    assert len(rows) > 10


def test_a_page_goes_on_from_a_report_that_left_the_view(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries_queue, "LENGTH", 10)
    city(session, 60)
    first, second = pages(session, Sought())[:2]
    session.execute(update(Report).where(Report.id == UUID(first.after)).values(status="closed"))
    session.expire_all()
    assert queue(session, SOYEON, Sought(after=str(first.after)), AT).rows == second.rows


def test_what_an_address_does_not_say_well_is_the_default() -> None:
    assert Sought.of({}) == Sought.of({"view": "x", "kind": "y", "after": "z"}) == Sought()
    known = Sought.of({"view": "late", "kind": "water", "after": "0" * 32})
    assert known.query() == "?view=late&kind=water&after=00000000-0000-0000-0000-000000000000"
    assert known.query(view="live", kind="", after="") == ""


def test_nothing_stands_after_what_nobody_knows(session: Session) -> None:
    city(session, 12)
    unknown = Sought(after="00000000-0000-0000-0000-000000000000")
    assert queue(session, SOYEON, unknown, AT) == queue(session, SOYEON, Sought(), AT)


def test_each_page_is_read_off_an_index_and_not_sorted(session: Session) -> None:
    # As a city is after years: with most of them waiting any index is as good as another.
    city(session, 6000, settled=0.8)
    refresh_statistics(session)
    dialect = session.get_bind().dialect.name
    if dialect == "postgresql":
        # A few hundred rows are sorted as cheaply as read in order; asked is whether they can be.
        session.execute(text("SET LOCAL enable_sort = off"))
    sorts = DIALECTS[dialect][2]
    for view, sort in product(("live", "ended"), ("", "water")):
        index = "ix_report_newest" if view == "ended" else "ix_report_waits"
        for plan in plans(session, view, sort):
            assert index in plan, plan
            assert sorts not in plan, plan
    for plan in plans(session, "new", ""):
        assert "ix_report_" in plan, plan
        assert "Seq Scan" not in plan, plan


def test_photos_to_check_are_found_and_counted_off_their_own_index(session: Session) -> None:
    city(session, 6000, settled=0.8)
    for row in session.scalars(select(Report).order_by(Report.id).limit(30)):
        let_wait(session, row, "a" * 64, 1, AT)
    refresh_statistics(session)
    # A table of thirty rows is read as a whole as cheaply as off its index: one of them says so.
    sqlite_only = session.get_bind().dialect.name == "sqlite"
    rows = [row for page in pages(session, Sought("photos")) for row in page.rows]
    assert (len(rows), {row.unlooked for row in rows}) == (30, {1})
    counts = planned(session, queries_queue.counting(SOYEON, "", AT, ("photos",)))
    for plan in (*plans(session, "photos", ""), *plans(session, "photos", "water"), counts):
        assert ("ix_unlooked_photo_waits" if sqlite_only else "unlooked_photo") in plan, plan
        assert "Seq Scan on report" not in plan, plan
        assert "SCAN report" not in plan, plan


def plans(session: Session, view: str, sort: str) -> list[str]:
    """Return how the first and the second page of a view are read."""
    first = queue(session, SOYEON, Sought(view, sort), AT)
    asked = [Sought(view, sort, after) for after in ("", first.after or "")]
    statements = [run for one in asked for run in runs(session, SOYEON, one, AT)]
    return [planned(session, one.limit(queries_queue.LENGTH + 1)) for one in statements]


def planned(session: Session, statement: Any) -> str:
    explain, dialect, _ = DIALECTS[session.get_bind().dialect.name]
    query = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    plan = session.connection().exec_driver_sql(explain + str(query).replace("%", "%%"))
    return " ".join(str(row) for row in plan)


def test_every_severity_has_its_turn(session: Session) -> None:
    city(session, 30)
    rows = list(runs(session, SOYEON, Sought(), AT))
    assert len(rows) == GRAVEST
    assert set(VIEWS) == {"live", "new", "late", "mine", "photos", "ended"}
