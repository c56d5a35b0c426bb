"""The newest reports are read off their index: no list sorts all there is."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql, sqlite

from participation.reports import queries
from participation.reports.exports.queries import PUBLIC_SCOPE, ExportFilters, wanted
from participation.reports.feeds.queries import PAGE, FeedFilters, narrowed
from participation.reports.imports.arrivals import take_in
from services.db import Session, refresh_statistics
from tests.conftest import AT
from tests.participation.reports.analysis.test_analysis_counts_by_hexagon_and_month import told

READS = {
    "sqlite": ("EXPLAIN QUERY PLAN ", sqlite.dialect(), "ix_report_newest", "TEMP B-TREE"),
    "postgresql": ("EXPLAIN ", postgresql.dialect(), "ix_report_newest", "Sort"),
}


def plan_of(session: Session, query: Select[Any]) -> str:
    """Return how the database runs a statement over some thousand reports, as it would by itself:
    PostgreSQL counts what is stored, SQLite plans without."""
    take_in(session, [told(n, AT) for n in range(3000)], at=AT)
    refresh_statistics(session)
    explain, dialect, _, _ = READS[session.get_bind().dialect.name]
    literal = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    plan = session.connection().exec_driver_sql(explain + str(literal).replace("%", "%%"))
    return " ".join(str(row) for row in plan)


@pytest.mark.parametrize("asked_for", ["list", "feed", "feed_after", "file"])
def test_the_newest_are_read_off_their_index(session: Session, asked_for: str) -> None:
    feed = narrowed(session, FeedFilters())
    file = wanted(PUBLIC_SCOPE, ExportFilters(), AT)
    assert feed is not None
    asked = {
        "list": queries.NEWEST,
        "feed": feed.limit(PAGE),
        "feed_after": feed.where(queries.C.opened_at <= AT).limit(PAGE),
        "file": file.order_by(queries.C.opened_at, queries.C.id).limit(PAGE),
    }
    plan = plan_of(session, asked[asked_for])
    _, _, index, sorting = READS[session.get_bind().dialect.name]
    assert index in plan, plan
    assert sorting not in plan, plan


def test_pages_follow_each_other_without_gap_or_repeat(session: Session) -> None:
    take_in(session, [told(n, AT) for n in range(47)], at=AT)
    seen: list[str] = []
    filters: queries.Filters | None = queries.Filters()
    while filters is not None:
        cards, after = queries.newest(session, filters)
        seen += [card.id for card in cards]
        filters = queries.Filters(after=UUID(after)) if after else None
    assert len(seen) == len(set(seen)) == 47
