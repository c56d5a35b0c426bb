"""The newest reports are read off their index: no list sorts all there is."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite

from participation.reports import queries
from participation.reports.imports.arrivals import take_in
from services.db import Session
from tests.conftest import AT
from tests.participation.reports.analysis.test_analysis_counts_by_hexagon_and_month import told

READS = {
    "sqlite": ("EXPLAIN QUERY PLAN ", sqlite.dialect(), "ix_report_newest", "TEMP B-TREE"),
    "postgresql": ("EXPLAIN ", postgresql.dialect(), "ix_report_newest", "Sort"),
}


def test_the_newest_are_read_off_their_index(session: Session) -> None:
    take_in(session, [told(n, AT) for n in range(3000)], at=AT)
    session.execute(text("ANALYZE"))
    explain, dialect, index, sorting = READS[session.get_bind().dialect.name]
    query = queries.NEWEST.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    plan = session.connection().exec_driver_sql(explain + str(query).replace("%", "%%"))
    lines = " ".join(str(row) for row in plan)
    assert index in lines, lines
    assert sorting not in lines, lines


def test_pages_follow_each_other_without_gap_or_repeat(session: Session) -> None:
    take_in(session, [told(n, AT) for n in range(47)], at=AT)
    seen: list[str] = []
    filters: queries.Filters | None = queries.Filters()
    while filters is not None:
        cards, after = queries.newest(session, filters)
        seen += [card.id for card in cards]
        filters = queries.Filters(after=UUID(after)) if after else None
    assert len(seen) == len(set(seen)) == 47
