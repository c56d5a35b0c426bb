"""A chain from before all that is sealed now was is brought along as it was, and still holds."""

import pytest
import sqlalchemy as sa

from participation.reports.history.models import HistoryStep
from participation.reports.imports.arrivals import take_in
from services.db import Session, make_engine, migrate, unit_of_work
from tests.conftest import AT
from tests.participation.reports.history.older_forms import in_form
from tests.participation.reports.history.publication import faults, told

PROMISE = "2026-11-05T09:00:00.000000+00:00"


@pytest.mark.parametrize(
    ("form", "before", "sealed"),
    [(1, "0026", (None, None, None)), (2, "0028", ("litter", PROMISE, PROMISE))],
)
def test_its_links_stay_of_the_form_they_were_made_in(
    database_url: str, form: int, before: str, sealed: tuple[str | None, ...]
) -> None:
    engine = make_engine(database_url)
    with unit_of_work(engine) as session:
        take_in(session, [told(n) for n in range(3)], at=AT)
    in_form(engine, form)
    migrate.downgrade(database_url, before)
    migrate.upgrade(database_url)
    with Session(engine) as session:
        rows = session.scalars(sa.select(HistoryStep)).all()
        kept = [(r.category, r.due, r.promised, r.merged_into, r.team, r.format) for r in rows]
    assert kept == [(*sealed, None, None, form)] * 6
    assert faults(engine) == []
    with unit_of_work(engine) as session:
        take_in(session, [told(9)], at=AT)
    assert faults(engine) == []
    engine.dispose()
