"""A chain from before kind and promise were sealed is brought along as it was, and still holds."""

import sqlalchemy as sa

from participation.reports.history.models import HistoryStep
from participation.reports.imports.arrivals import take_in
from services.db import Session, make_engine, migrate, unit_of_work
from tests.conftest import AT
from tests.participation.reports.history.first_form import in_the_first_form
from tests.participation.reports.history.publication import faults, told

OLD = "0026"


def test_its_links_stay_of_the_first_form(database_url: str) -> None:
    engine = make_engine(database_url)
    with unit_of_work(engine) as session:
        take_in(session, [told(n) for n in range(3)], at=AT)
    in_the_first_form(engine)
    migrate.downgrade(database_url, OLD)
    migrate.upgrade(database_url)
    with Session(engine) as session:
        rows = session.scalars(sa.select(HistoryStep)).all()
        kept = [(row.format, row.category, row.due, row.promised) for row in rows]
    assert kept == [(1, None, None, None)] * 6
    assert faults(engine) == []
    with unit_of_work(engine) as session:
        take_in(session, [told(9)], at=AT)
    assert faults(engine) == []
    engine.dispose()
