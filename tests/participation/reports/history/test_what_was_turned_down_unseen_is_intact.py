"""Turned down at its first look, opened after all, and that taken back: nothing is amiss."""

from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa

from participation.reports import actions, actions_undo
from participation.reports.actions import NewReport
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services.db import unit_of_work
from tests.conftest import AT
from tests.participation.reports.history.publication import faults
from tests.people import MINJI, SOYEON


def test_what_was_turned_down_unseen_is_intact(engine: sa.Engine) -> None:
    new = NewReport(
        category=Category.LITTER,
        text="봉투가 쌓였어요",
        lat=34.21,
        lon=127.91,
        idempotency_key=uuid4().hex,
        held=True,
    )
    with unit_of_work(engine) as session:
        actions.open_report(session, MINJI, new, at=AT)
    for seconds, status in ((1, Status.REJECTED), (60, Status.OPEN)):
        at = AT + timedelta(seconds=seconds)
        with unit_of_work(engine) as session:
            row = session.scalars(sa.select(Report)).one()
            actions.answer_report(session, SOYEON, row, status, "살펴봤어요", at=at)
        assert faults(engine) == []
    with unit_of_work(engine) as session:
        actions_undo.withdraw_acts(session, SOYEON, at, at=at + timedelta(seconds=5))
    assert faults(engine) == []
