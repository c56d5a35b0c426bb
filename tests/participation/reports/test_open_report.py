"""A resident tells of a problem."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from participation.reports import actions, actions_merge, queries, queries_map, queries_own
from participation.reports.actions import NewReport
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services import audit
from services.db import Session
from services.errors import ForbiddenError, RefusedError
from services.outbox.events import OutboxEvent
from tests.conftest import AT
from tests.people import JUN, MINJI, SOYEON, STRANGER

LAMP = NewReport(
    category=Category.STREET_LIGHT,
    text="가로등이 꺼졌어요",
    lat=34.21,
    lon=127.91,
    idempotency_key="tap-00000001",
)


def opened(session: Session) -> Report:
    return session.get_one(Report, actions.open_report(session, MINJI, LAMP, at=AT))


def test_it_is_stored_audited_and_told(session: Session) -> None:
    report = opened(session)
    session.refresh(report)
    assert (report.status, report.followers) == ("open", 1)
    assert [e.kind for e in session.scalars(select(OutboxEvent))] == ["reports.report_opened"]
    assert "open_report" in {row.verb for row in audit.latest(session)}
    assert audit.intact(session)


def test_a_second_tap_stores_nothing_more(session: Session) -> None:
    first = opened(session)
    assert opened(session).id == first.id
    assert session.scalar(select(func.count()).select_from(Report)) == 1


def test_a_stranger_cannot(session: Session) -> None:
    with pytest.raises(ForbiddenError):
        actions.open_report(session, STRANGER, LAMP, at=AT)


def test_it_appears_in_its_box_and_in_no_other(session: Session) -> None:
    report = opened(session)
    here = queries_map.in_view(session, (127.9, 34.2, 127.92, 34.22), 16)
    assert [UUID(point.id) for point in here.points] == [report.id]
    assert queries_map.in_view(session, (127.8, 34.1, 127.9, 34.2), 16).points == []
    assert [c.n for c in queries_map.in_view(session, (127.0, 34.0, 128.0, 35.0), 9).clusters] == [
        1
    ]


def test_a_rejected_one_leaves_the_map(session: Session) -> None:
    report = opened(session)
    actions.reject_report(session, SOYEON, report, "사진에 얼굴이 있어요", at=AT)
    box = (127.9, 34.2, 127.92, 34.22)
    assert queries_map.in_view(session, box, 16).points == []
    assert queries_map.in_view(session, box, 9).clusters == []
    assert queries.newest(session, queries.Filters())[0] == []


def test_it_cannot_move_where_the_table_has_no_way(session: Session) -> None:
    report = opened(session)
    actions.answer_report(session, SOYEON, report, Status.FIXED, "고쳤어요", at=AT)
    with pytest.raises(RefusedError):
        actions.answer_report(session, SOYEON, report, Status.IN_PROGRESS, "", at=AT)


def test_followers_of_a_merged_report_follow_the_other(session: Session) -> None:
    first = opened(session)
    again = actions.open_report(session, JUN, LAMP, at=AT)
    actions_merge.merge_report(session, SOYEON, session.get_one(Report, again), first, at=AT)
    assert set(queries.followers_of(session, first.id)) == {MINJI.id, JUN.id}
    assert [card.id for card in queries.newest(session, queries.Filters())[0]] == [str(first.id)]


def test_an_erased_person_is_in_no_row_of_it(session: Session) -> None:
    report = opened(session)
    assert MINJI.id is not None
    actions.erase_person(session, MINJI.id, AT)
    session.expire_all()
    assert report.reporter_id is None
    assert queries.followers_of(session, report.id) == []
    assert queries_own.export_of(session, MINJI.id) == {
        "reports": [],
        "entries": [],
        "follows": [],
        "read": [],
    }
