"""What looks odd, and the first report of someone new, waits for a moderator: seen by few, lost
never."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from flask import Flask
from sqlalchemy import func, select

from participation.events.reports import ReportMoved, ReportOpened
from participation.reports import actions, queries, queries_map, queries_queue
from participation.reports.actions_undo import withdraw_acts
from participation.reports.blocks import actions as blocks_actions
from participation.reports.blocks import queries as blocks_queries
from participation.reports.blocks.models import ReportTrace
from participation.reports.blocks.rules import Why
from participation.reports.models import Report, ReportEntry
from participation.reports.open311.format import Asked
from participation.reports.open311.queries import Reader, requests_of
from participation.reports.photos.access import may_see_picture
from participation.reports.promises.queries import Scope, numbers
from participation.reports.queries_near import near_same
from participation.reports.rules import Category, Status
from services import audit
from services.auth import STRANGER, Actor
from services.db import Session
from services.errors import NotFoundError, RefusedError
from services.outbox.events import OutboxEvent
from tests.conftest import AT
from tests.pages import Pages
from tests.participation.reports.blocks.newcomers import LEAK, STRICT, held
from tests.people import JUN, MINJI, SOYEON, TAEHO

BOX = (127.9, 34.2, 127.92, 34.22)


def kinds(session: Session) -> list[str]:
    return [e.kind for e in session.scalars(select(OutboxEvent).order_by(OutboxEvent.seq))]


def test_the_first_report_of_a_new_account_waits(session: Session) -> None:
    report = held(session)
    assert report.status == Status.HELD
    assert session.get_one(ReportTrace, report.id).why == Why.FIRST
    assert ReportOpened.kind not in kinds(session)
    assert "hold_report" in {row.verb for row in audit.latest(session)}


def test_what_waits_stands_in_no_public_place(session: Session) -> None:
    report = held(session)
    assert queries.newest(session, queries.Filters())[0] == []
    assert queries_map.in_view(session, BOX, 16).points == []
    assert queries_map.in_view(session, BOX, 9).clusters == []
    assert queries_map.cards_in(session, BOX) == []
    assert near_same(session, Category.WATER, 34.21, 127.91, at=AT) == []
    assert requests_of(session, Asked(), Reader("")).rows == []
    assert requests_of(session, Asked(ids=(report.id,)), Reader("")).rows == []
    asked = Scope(f"{AT:%Y-%m}")
    assert numbers(session, ZoneInfo("Asia/Seoul"), asked, at=AT).cells == []
    assert session.scalar(select(func.count()).where(ReportEntry.public)) == 0


def test_its_reporter_and_staff_see_it_and_no_other(
    app: Flask, session: Session, visit: Callable[[Actor | None], Pages]
) -> None:
    report_id = actions.open_report(session, MINJI, msgspec.structs.replace(LEAK, held=True), at=AT)
    session.commit()
    page = visit(MINJI).get(f"/reports/{report_id}")
    assert "관리자가 먼저 살펴봐요" in page
    visit(SOYEON).get(f"/console/reports/{report_id}")
    visit(JUN).get(f"/reports/{report_id}", 404)
    visit(None).get(f"/reports/{report_id}", 404)


def test_let_through_it_is_told_everywhere_once(session: Session) -> None:
    report = held(session)
    later = AT + timedelta(minutes=1)
    assert blocks_actions.let_through(session, SOYEON, [report], at=later) == 1
    assert blocks_actions.let_through(session, SOYEON, [report], at=later) == 0
    session.flush()
    assert kinds(session).count(ReportOpened.kind) == 1
    assert kinds(session).count(ReportMoved.kind) == 1
    assert [card.id for card in queries.newest(session, queries.Filters())[0]] == [str(report.id)]
    assert [c.n for c in queries_map.in_view(session, (127.0, 34.0, 128.0, 35.0), 9).clusters] == [
        1
    ]
    assert [e.kind for e in queries.timeline(session, report.id)] == ["opened", "answer"]
    assert "let_through" in {row.verb for row in audit.latest(session)}


def test_let_through_it_is_not_taken_back(
    app: Flask, session: Session, visit: Callable[[Actor | None], Pages]
) -> None:
    """Others are told of it at once; the case says who let it through, and offers no undo."""
    new = msgspec.structs.replace(LEAK, held=True)
    report_id = actions.open_report(session, MINJI, new, at=AT)
    session.commit()
    desk, case = visit(TAEHO), f"/console/reports/{report_id}"
    desk.get(case)
    desk.post(f"{case}/answer", status="open", text="")
    page = desk.get(case)
    assert "처음 살펴보고 공개했어요" in page
    assert "/undo" not in page
    given_at = session.scalar(select(ReportEntry.at).where(ReportEntry.kind == "answer"))
    assert given_at is not None
    with pytest.raises(RefusedError, match="nothing_to_undo"):
        withdraw_acts(session, TAEHO, given_at, at=given_at)
    assert session.get_one(Report, report_id).status == Status.OPEN


def test_turned_down_from_its_case_it_is_not_taken_back(
    session: Session, visit: Callable[[Actor | None], Pages]
) -> None:
    new = msgspec.structs.replace(LEAK, held=True)
    report_id = actions.open_report(session, MINJI, new, at=AT)
    session.commit()
    desk, case = visit(SOYEON), f"/console/reports/{report_id}"
    desk.get(case)
    desk.post(f"{case}/reject", reason="광고예요")
    assert "/undo" not in desk.get(case)


def test_what_is_answered_after_that_is_taken_back_as_ever(session: Session) -> None:
    report, soon = held(session), AT + timedelta(minutes=1)
    blocks_actions.let_through(session, SOYEON, [report], at=AT)
    actions.answer_report(session, SOYEON, report, Status.IN_PROGRESS, "가요", at=soon)
    withdraw_acts(session, SOYEON, soon, at=soon)
    assert report.status == Status.OPEN


def test_turned_down_it_was_never_in_public_and_its_reporter_reads_why(session: Session) -> None:
    report = held(session)
    blocks_actions.turn_down(session, SOYEON, [report], "광고예요", at=AT)
    assert report.status == Status.REJECTED
    assert kinds(session).count(ReportOpened.kind) == 0
    assert [e.text for e in queries.timeline(session, report.id)] == ["광고예요"]
    assert queries_map.in_view(session, BOX, 9).clusters == []


def test_one_turned_down_by_mistake_is_told_when_it_is_opened_again(session: Session) -> None:
    report = held(session)
    blocks_actions.turn_down(session, SOYEON, [report], "광고예요", at=AT)
    actions.answer_report(session, SOYEON, report, Status.OPEN, "", at=AT)
    assert kinds(session).count(ReportOpened.kind) == 1


def test_a_second_tap_of_a_held_report_stores_nothing_more(session: Session) -> None:
    report = held(session)
    assert report.reporter_id is not None
    again = blocks_actions.take_report(session, Actor(report.reporter_id), LEAK, STRICT, at=AT)
    assert again == report.id
    assert session.scalar(select(func.count()).select_from(Report)) == 1


def test_the_grave_stand_first_for_staff(session: Session) -> None:
    litter = msgspec.structs.replace(LEAK, category=Category.LITTER, held=True)
    actions.open_report(session, MINJI, litter, at=AT)
    later = msgspec.structs.replace(LEAK, held=True)
    actions.open_report(session, JUN, later, at=AT + timedelta(minutes=5))
    found = blocks_queries.waiting(session, SOYEON)
    assert [(one.category, one.grave) for one in found] == [("water", True), ("litter", False)]
    assert blocks_queries.waiting_count(session, SOYEON) == (2, 1)


def test_the_grave_stand_at_the_top_of_the_queue_too(session: Session) -> None:
    actions.open_report(session, JUN, LEAK, at=AT)
    litter = msgspec.structs.replace(LEAK, category=Category.LITTER, idempotency_key="tap-2")
    actions.open_report(session, JUN, litter, at=AT - timedelta(hours=1))
    report = held(session, msgspec.structs.replace(LEAK, idempotency_key="tap-00000003"))
    rows = queries_queue.queue(session, SOYEON, queries_queue.Sought(), AT).rows
    assert str(report.id) in [row.id for row in rows[:2]]
    assert [row.severity for row in rows] == [3, 3, 1]


def test_a_picture_that_waits_is_seen_by_who_may_see_the_report(session: Session) -> None:
    report = held(session, msgspec.structs.replace(LEAK, photos=("a" * 64,), looked_over=True))
    assert not may_see_picture(session, JUN, "a" * 64)
    assert not may_see_picture(session, STRANGER, "a" * 64)
    assert may_see_picture(session, Actor(report.reporter_id), "a" * 64)
    assert may_see_picture(session, SOYEON, "a" * 64)


def test_moderators_look_at_many_by_one_form(
    session: Session, visit: Callable[[Actor | None], Pages]
) -> None:
    ids = []
    for n in range(3):
        new = msgspec.structs.replace(LEAK, idempotency_key=f"tap-1000000{n}", held=True)
        ids.append(str(actions.open_report(session, MINJI, new, at=AT)))
    session.commit()
    pages = visit(SOYEON)
    assert "첫 확인을 기다리는 신고" in pages.get("/console/first-look")
    pages.post("/console/first-look", ids=ids[:2], action="let_through")
    pages.post("/console/first-look", ids=ids[2:], action="turn_down", expect=422)
    pages.post("/console/first-look", ids=ids[2:], action="turn_down", reason="광고예요")
    session.expire_all()
    rows = session.scalars(select(Report.status).order_by(Report.status)).all()
    assert rows == ["open", "open", "rejected"]
    visit(TAEHO).post("/console/first-look", ids=ids, action="let_through", expect=403)
    with pytest.raises(NotFoundError):
        blocks_actions.lift_block(session, SOYEON, None, at=AT)


def test_an_erased_person_leaves_no_trace(session: Session) -> None:
    report = held(session)
    person_id = report.reporter_id
    assert person_id is not None
    assert blocks_queries.export_of(session, person_id)["traces"]
    blocks_actions.erase_person(session, person_id, AT, secret="key")
    assert blocks_queries.export_of(session, person_id) == {"blocks": [], "traces": []}


def test_how_many_more_wait_is_said(
    session: Session, visit: Callable[[Actor | None], Pages], monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        new = msgspec.structs.replace(LEAK, idempotency_key=f"tap-1000000{n}", held=True)
        actions.open_report(session, MINJI, new, at=AT)
    session.commit()
    pages = visit(SOYEON)
    assert "건 가운데" not in pages.get("/console/first-look")
    monkeypatch.setattr(blocks_queries, "LENGTH", 2)
    assert "모두 3건 가운데 앞의 2건" in pages.get("/console/first-look")
