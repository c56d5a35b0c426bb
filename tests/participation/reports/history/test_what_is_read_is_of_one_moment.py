"""Who downloads the history while others write gets steps and states of one moment."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from participation.reports import actions
from participation.reports.history import queries
from participation.reports.rules import Status
from services.db import Session, snapshot_session, unit_of_work
from tests.conftest import AT
from tests.participation.reports.history.publication import plain, report_of, verify
from tests.people import SOYEON


def test_what_is_read_is_of_one_moment(
    engine: sa.Engine, story: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = queries._states

    def after_another_wrote(session: Session, steps: list[queries.Step]) -> object:
        at = AT + timedelta(hours=9)
        with unit_of_work(engine) as other:
            row = report_of(other)
            actions.answer_report(other, SOYEON, row, Status.OPEN, "또", at=at)
        return states(session, steps)

    monkeypatch.setattr(queries, "_states", after_another_wrote)
    with snapshot_session(engine) as session:
        page = plain(queries.steps_after(session, 0))
    assert verify.check(([], [page], None))[0] == []
