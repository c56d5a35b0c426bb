"""What was found for people outlives the change of what a find is known by, there and back."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from participation.alerts.models import Alert, AlertHit
from services.db import Session, make_engine, migrate, unit_of_work
from tests.people import JUN, MINJI

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OLD = "0025"


def found(engine: sa.Engine) -> dict[UUID, UUID | None]:
    """Let two people follow a place each, find one report for both, and say whose each find is."""
    report, whose = uuid4(), {}
    with unit_of_work(engine) as session:
        for who in (MINJI, JUN):
            alert = Alert(id=uuid4(), person_id=who.id, kind="city", label="시", way="push")
            alert.active, alert.since = True, AT
            session.add(alert)
            session.flush()
            hit = AlertHit(report_id=report, alert_id=alert.id, way="push", found_at=AT, due_at=AT)
            session.add(hit)
            whose[alert.id] = who.id
    return whose


def test_each_find_stays_and_is_the_same_persons(database_url: str) -> None:
    engine = make_engine(database_url)
    whose = found(engine)
    migrate.downgrade(database_url, OLD)
    columns = [sa.column("id", sa.Uuid), sa.column("alert_id", sa.Uuid)]
    old = sa.table("alert_hit", *columns, sa.column("person_id", sa.Uuid))
    with engine.connect() as connection:
        rows = connection.execute(sa.select(old)).all()
    assert {row.alert_id: row.person_id for row in rows} == whose
    assert len({row.id for row in rows}) == len(whose)
    migrate.upgrade(database_url)
    with Session(engine) as session:
        kept = session.scalars(sa.select(AlertHit)).all()
        assert {hit.alert_id: hit.person_id for hit in kept} == whose
    engine.dispose()
