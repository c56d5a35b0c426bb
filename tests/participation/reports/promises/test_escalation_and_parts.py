"""What is about to be forgotten rises once; a large trouble is mended in parts."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from participation.reports import actions, actions_family, queries_family
from participation.reports.models import Report, ReportEntry
from participation.reports.promises.jobs import escalate_forgotten
from participation.reports.rules import Category, Status
from services.db import Session
from services.errors import RefusedError
from tests.people import HANA, MINJI

AT = datetime(2026, 11, 24, 5, tzinfo=UTC)


def opened(session: Session, category: Category = Category.LITTER) -> Report:
    new = actions.NewReport(
        category=category, text="봉투", lat=34.25, lon=127.95, idempotency_key=uuid4().hex
    )
    return session.get_one(Report, actions.open_report(session, MINJI, new, at=AT))


def escalations(session: Session) -> list[str]:
    kinds = sa.select(ReportEntry.kind).where(ReportEntry.kind.startswith("escalated"))
    return list(session.scalars(kinds))


def test_a_promise_that_nears_raises_a_report_once(session: Session) -> None:
    report = opened(session)
    escalate_forgotten(session, AT)
    assert (report.severity, escalations(session)) == (1, [])
    late = report.due_at - timedelta(hours=1)
    for _ in range(2):
        escalate_forgotten(session, late)
    assert (report.severity, escalations(session)) == (2, ["escalated_promise"])


def test_what_is_settled_does_not_rise(session: Session) -> None:
    report = opened(session)
    actions.answer_report(session, HANA, report, Status.FIXED, "고쳤어요", at=AT)
    escalate_forgotten(session, report.due_at)
    assert escalations(session) == []


def test_an_answer_is_given_to_the_open_parts(session: Session) -> None:
    whole, open_part, done = opened(session), opened(session), opened(session)
    for part in (open_part, done):
        actions_family.attach_part(session, HANA, whole, part, at=AT)
    actions.answer_report(session, HANA, done, Status.CLOSED, "끝", at=AT)
    given = actions_family.answer_parts(session, HANA, whole, Status.IN_PROGRESS, "해요", at=AT)
    assert given == 1
    assert (open_part.status, done.status) == ("in_progress", "closed")
    beside = queries_family.beside(session, whole, AT)
    assert {part.id for part in beside.parts} == {str(open_part.id), str(done.id)}
    above = queries_family.beside(session, open_part, AT).parent
    assert above is not None
    assert above.id == str(whole.id)


def test_parts_have_no_parts(session: Session) -> None:
    whole, part, other = opened(session), opened(session), opened(session)
    actions_family.attach_part(session, HANA, whole, part, at=AT)
    for parent, child in ((part, other), (other, whole), (whole, whole), (other, part)):
        with pytest.raises(RefusedError):
            actions_family.attach_part(session, HANA, parent, child, at=AT)
    actions_family.detach_part(session, HANA, part, at=AT)
    actions_family.attach_part(session, HANA, other, part, at=AT)


def test_ten_parts_are_enough(session: Session) -> None:
    whole = opened(session)
    for _ in range(10):
        actions_family.attach_part(session, HANA, whole, opened(session), at=AT)
    with pytest.raises(RefusedError):
        actions_family.attach_part(session, HANA, whole, opened(session), at=AT)
