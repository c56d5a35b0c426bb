"""A report whose story is known."""

from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa

from participation.reports import actions
from participation.reports.imports.arrivals import take_in
from participation.reports.rules import Status
from participation.reports.settling import actions as settling_actions
from services.db import unit_of_work
from tests.conftest import AT
from tests.participation.reports.history.publication import report_of, told
from tests.people import MINJI, SOYEON


@pytest.fixture
def story(engine: sa.Engine) -> sa.Engine:
    """A report told, worked on, fixed, disputed, fixed again; a body has it in hand."""
    with unit_of_work(engine) as session:
        arrival = msgspec.structs.replace(told(1, Status.OPEN), body="가로등공단")
        take_in(session, [arrival], at=AT)
        row = report_of(session)
        actions.follow_report(session, MINJI, row, at=AT)
    steps = [Status.IN_PROGRESS, Status.FIXED, None, Status.FIXED]
    for hour, status in enumerate(steps, 1):
        at = AT + timedelta(hours=hour)
        with unit_of_work(engine) as session:
            row = report_of(session)
            if status is None:
                settling_actions.judge_report(
                    session, MINJI, row, "아직 어두워요", settled=False, at=at
                )
            else:
                actions.answer_report(session, SOYEON, row, status, f"말 {hour}", at=at)
    return engine
