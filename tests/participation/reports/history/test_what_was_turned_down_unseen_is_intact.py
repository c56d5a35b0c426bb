"""Turned down at its first look, opened after all, and that taken back: nothing is amiss."""

from datetime import datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa

from participation.reports import actions, actions_undo
from participation.reports.actions import NewReport
from participation.reports.history.rules import moment
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import Category, Status
from services.db import unit_of_work
from static.history import verify
from tests.conftest import AT
from tests.participation.reports.history.publication import faults, published
from tests.people import MINJI, SOYEON


def open_one(engine: sa.Engine, *, held: bool) -> None:
    new = NewReport(
        category=Category.LITTER,
        text="봉투가 쌓였어요",
        lat=34.21,
        lon=127.91,
        idempotency_key=uuid4().hex,
        held=held,
    )
    with unit_of_work(engine) as session:
        actions.open_report(session, MINJI, new, at=AT)


def answer(engine: sa.Engine, status: Status, at: datetime) -> None:
    with unit_of_work(engine) as session:
        row = session.scalars(sa.select(Report)).one()
        actions.answer_report(session, SOYEON, row, status, "살펴봤어요", at=at)


def told_at(engine: sa.Engine) -> str | None:
    """Return when the one report was told, as the city's and its own history say alike."""
    (story,), (page,), _ = published(engine)
    (state,) = page["states"].values()
    assert state == story["state"]
    assert faults(engine) == []
    found: str | None = state["opened_at"]
    return found


def test_what_was_turned_down_unseen_is_intact(engine: sa.Engine) -> None:
    """And when it was told is published only once it was in public."""
    open_one(engine, held=True)
    answer(engine, Status.REJECTED, AT + timedelta(seconds=1))
    assert told_at(engine) is None
    at = AT + timedelta(seconds=60)
    answer(engine, Status.OPEN, at)
    assert told_at(engine) == moment(AT)
    with unit_of_work(engine) as session:
        actions_undo.withdraw_acts(session, SOYEON, at, at=at + timedelta(seconds=5))
    assert told_at(engine) == moment(AT)


def test_what_was_in_public_says_when_it_was_told_and_hides_it_from_nobody(
    engine: sa.Engine,
) -> None:
    open_one(engine, held=False)
    answer(engine, Status.REJECTED, AT + timedelta(seconds=1))
    assert told_at(engine) == moment(AT)
    with unit_of_work(engine) as session:
        opening = ReportEntry.kind == "opened"
        session.execute(sa.update(ReportEntry).where(opening).values(public=False))
    stories, pages, heads = published(engine)
    for told in (stories, [], None), ([], pages, heads):
        assert any("shown with opened_at None" in fault for fault in verify.check(told)[0])
