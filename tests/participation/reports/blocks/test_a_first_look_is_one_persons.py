"""Two who look at the same waiting report at once: what the first one decided stands."""

from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from participation.reports import actions
from participation.reports.actions import NewReport
from participation.reports.blocks.actions import let_through, turn_down
from participation.reports.models import Report
from participation.reports.rules import Category
from services import clock
from services.db import Session, unit_of_work
from tests.participation.reports.test_two_at_once_decide_once import Act, meanwhile
from tests.people import MINJI, SOYEON, TAEHO


def held(engine: sa.Engine) -> UUID:
    new = NewReport(
        category=Category.LITTER,
        text="Kim did it",
        lat=34.2,
        lon=127.9,
        idempotency_key=uuid4().hex,
        held=True,
    )
    with unit_of_work(engine) as session:
        return actions.open_report(session, MINJI, new, at=clock.now())


def down(session: Session, report: Report) -> int:
    return turn_down(session, SOYEON, [report], "It names somebody", at=clock.now())


def through(session: Session, report: Report) -> int:
    return let_through(session, TAEHO, [report], at=clock.now())


@pytest.mark.parametrize(
    ("first", "second", "status"), [(down, through, "rejected"), (through, down, "open")]
)
def test_what_was_looked_at_a_moment_ago_is_left_as_it_is(
    engine: sa.Engine, first: Act, second: Act, status: str
) -> None:
    key = held(engine)
    with meanwhile(engine, key, first) as (session, report):
        assert second(session, report) == 0
    with Session(engine) as session:
        assert session.get_one(Report, key).status == status
