"""A moment that is read as text says what the moment itself says, on each database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from services.db import Session, unit_of_work
from services.db.moments import stamp, stamped
from services.jobs import JobRow


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
        datetime(2026, 1, 2, 3, 4, 5, 0, UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999999, UTC),
        datetime(2026, 1, 1, 8, 0, tzinfo=timezone(timedelta(hours=9))),
    ],
)
def test_both_ways_say_the_same(engine: sa.Engine, at: datetime) -> None:
    with unit_of_work(engine) as session:
        session.add(JobRow(name="stamped", due_at=at))
    due = JobRow.__table__.c.due_at
    with Session(engine) as session:
        row = session.execute(sa.select(due, stamped(due, "told"))).one()
    assert row.told == stamp(row.due_at) == stamp(at)
    assert datetime.fromisoformat(row.told) == at.replace(microsecond=0)
