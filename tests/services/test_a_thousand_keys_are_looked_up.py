"""A page of a thousand rows finds what belongs to each by an index, however much there is."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.db import Session, refresh_statistics
from services.db.keys import among, of_each

# Gone with the connection that made it.
STEP = sa.Table(
    "step",
    sa.MetaData(),
    sa.Column("owner", sa.Uuid, primary_key=True),
    sa.Column("position", sa.SmallInteger, primary_key=True),
    prefixes=["TEMPORARY"],
)
MANY, ASKED = 30_000, 1000
EXPLAIN = {"postgresql": "EXPLAIN ", "sqlite": "EXPLAIN QUERY PLAN "}


@pytest.fixture
def owners(session: Session) -> list[UUID]:
    found = [uuid4() for _ in range(MANY)]
    connection = session.connection()
    STEP.create(connection)
    connection.execute(sa.insert(STEP), [{"owner": one, "position": 1} for one in found])
    refresh_statistics(session)
    return found


def test_those_and_no_others(session: Session, owners: list[UUID]) -> None:
    those = of_each(
        session.get_bind().dialect.name, sa.select(STEP), STEP.c.owner, [*owners[:ASKED], uuid4()]
    )
    found = [row.owner for row in session.execute(sa.select(those))]
    assert sorted(found) == sorted(owners[:ASKED])


def test_of_no_keys_none(session: Session, owners: list[UUID]) -> None:
    those = of_each(session.get_bind().dialect.name, sa.select(STEP), STEP.c.owner, [])
    assert session.execute(sa.select(those)).all() == []


def test_each_is_looked_up(session: Session, engine: sa.Engine, owners: list[UUID]) -> None:
    sent: list[Any] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent[:] = [statement, parameters]

    session.execute(
        sa.select(
            of_each(session.get_bind().dialect.name, sa.select(STEP), STEP.c.owner, owners[:ASKED])
        )
    )
    explain = EXPLAIN[engine.dialect.name] + sent[0]
    rows = session.connection().exec_driver_sql(explain, sent[1]).all()
    plan = "\n".join(str(row[-1]) for row in rows)
    assert "step" in plan
    assert "Seq Scan" not in plan
    assert "SCAN step" not in plan


def test_forty_thousand_keys_are_too_many_for_no_database(
    session: Session, owners: list[UUID]
) -> None:
    asked = [uuid4() for _ in range(40_000)] + owners[:3]
    found = session.scalars(sa.select(STEP.c.owner).where(among(STEP.c.owner, asked)))
    assert sorted(found) == sorted(owners[:3])
