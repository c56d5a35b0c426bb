"""For ten seconds a joining and a giving away are taken back like an answer, and words return."""

import html
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports import actions, actions_merge, queries, subscribers
from participation.reports.actions_undo import withdraw_acts
from participation.reports.models import Report, ReportFollow
from participation.reports.rules import UNDO_S, Status
from services.auth import Actor
from services.db import Session, reading_session
from services.errors import RefusedError
from services.outbox.events import OutboxEvent
from tests.conftest import AT
from tests.flows.test_a_refused_act_keeps_what_was_typed import refused
from tests.flows.test_answers_are_taken_back import phone, told
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.participation.reports.history.publication import faults
from tests.participation.reports.test_one_lamp_is_one_report import opened
from tests.people import JUN, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]
SOON = timedelta(seconds=4)
UNDO = 'name="at" value="'


def followers(session: Session, report: Report) -> tuple[int, set[UUID]]:
    session.refresh(report)
    rows = sa.select(ReportFollow.person_id).where(ReportFollow.report_id == report.id)
    return report.followers, set(session.scalars(rows))


def offered(page: str) -> dict[str, str]:
    """Return what the offer to take something back would send."""
    form = page.split("/undo")[1].split("</form>")[0]
    found = dict(pair.split('" value="') for pair in form.split('name="')[2:])
    return {name: value.split('"')[0] for name, value in found.items()}


def test_a_joined_report_is_as_before_and_so_are_its_followers(session: Session) -> None:
    report, into = opened(session), opened(session)
    actions.follow_report(session, JUN, report, at=AT)
    before = followers(session, report), followers(session, into)
    at = AT + timedelta(hours=1)
    actions_merge.merge_report(session, SOYEON, report, into, at=at)
    assert followers(session, into)[0] == 2
    gone = withdraw_acts(session, SOYEON, at, at=at + SOON)
    assert [one.report_id for one in gone] == [report.id]
    assert (report.status, report.merged_into, report.ended_at) == ("open", None, None)
    assert (followers(session, report), followers(session, into)) == before
    assert [one.kind for one in queries.timeline(session, report.id)] == ["opened"]


def test_what_had_been_joined_before_comes_back_with_it(session: Session) -> None:
    first, second, third = opened(session), opened(session), opened(session)
    before, at = AT + timedelta(seconds=1), AT + timedelta(seconds=3)
    actions_merge.merge_report(session, SOYEON, first, second, at=before)
    actions_merge.merge_report(session, SOYEON, second, third, at=at)
    with pytest.raises(RefusedError, match="nothing"):
        withdraw_acts(session, SOYEON, before, at=at + SOON)
    withdraw_acts(session, SOYEON, at, at=at + SOON)
    session.refresh(first)
    assert (first.merged_into, second.merged_into) == (second.id, None)
    withdraw_acts(session, SOYEON, before, at=at + SOON)
    assert first.merged_into is None


def test_a_settled_report_that_was_joined_is_settled_since_the_same_day(session: Session) -> None:
    report, into = opened(session), opened(session)
    fixed_at, at = AT + timedelta(hours=1), AT + timedelta(days=2)
    actions.answer_report(session, SOYEON, report, Status.FIXED, "끝", at=fixed_at)
    actions_merge.merge_report(session, SOYEON, report, into, at=at)
    withdraw_acts(session, SOYEON, at, at=at + SOON)
    assert (report.status, report.ended_at) == ("fixed", fixed_at)


def test_the_page_of_the_other_hears_that_fewer_follow(session: Session) -> None:
    report, into = opened(session), opened(session)
    at = AT + timedelta(hours=1)
    actions_merge.merge_report(session, SOYEON, report, into, at=at)
    withdraw_acts(session, SOYEON, at, at=at + SOON)
    bodies = [body.decode() for body in session.scalars(sa.select(OutboxEvent.body))]
    assert any(str(into.id) in body and "part_followers" in body for body in bodies)
    assert "part_followers" in subscribers.COUNTED


def test_the_public_chain_holds_after_it(session: Session, engine: sa.Engine) -> None:
    report, into = opened(session), opened(session)
    session.commit()
    at = AT + timedelta(hours=1)
    actions_merge.merge_report(session, SOYEON, report, into, at=at)
    session.commit()
    withdraw_acts(session, SOYEON, at, at=at + SOON)
    session.commit()
    assert faults(engine) == []


@pytest.mark.parametrize("first", [None, TAEHO])
def test_whose_it_was_has_it_again(session: Session, first: Actor | None) -> None:
    report = opened(session)
    if first is not None:
        actions.assign_report(session, SOYEON, report, first.id, at=AT)
    at = AT + timedelta(hours=1)
    actions.assign_report(session, SOYEON, report, SOYEON.id, at=at)
    withdraw_acts(session, SOYEON, at, at=at + SOON)
    assert report.assignee_id == (first.id if first else None)


def test_nobody_takes_back_what_was_given_on_since_or_by_another(session: Session) -> None:
    report = opened(session)
    actions.assign_report(session, SOYEON, report, SOYEON.id, at=AT)
    with pytest.raises(RefusedError, match="nothing"):
        withdraw_acts(session, TAEHO, AT, at=AT + SOON)
    with pytest.raises(RefusedError, match="too_late"):
        withdraw_acts(session, SOYEON, AT, at=AT + timedelta(seconds=UNDO_S + 1))
    actions.assign_report(session, TAEHO, report, TAEHO.id, at=AT + timedelta(seconds=1))
    with pytest.raises(RefusedError, match="nothing"):
        withdraw_acts(session, SOYEON, AT, at=AT + SOON)
    assert report.assignee_id == TAEHO.id


def test_a_joining_that_was_taken_back_is_told_to_nobody_and_leads_to_its_case(
    visit: Visit, app: Flask
) -> None:
    phone(app)
    made, into = (report(visit, idempotency_key=f"tap-join-{n}") for n in range(2))
    desk = visit(SOYEON)
    done = desk.post(f"/console/reports/{made}/merge?view=new", into=into)
    form = offered(desk.get(done.location))
    assert form["report"] == into
    back = desk.post("/console/undo?view=new", **form)
    assert back.location.startswith(f"/console/reports/{made}?view=new")
    desk.get(back.location)
    assert told(app) == 0


def test_many_that_were_given_away_are_had_again(visit: Visit, app: Flask) -> None:
    ids = [report(visit, idempotency_key=f"tap-give-{n}") for n in range(3)]
    desk = visit(SOYEON)
    desk.post(f"/console/reports/{ids[0]}/assign", person_id=str(TAEHO.id))
    desk.get("/console/")
    desk.post("/console/bulk", ids=ids, action="assign_me")
    desk.post("/console/undo", **offered(desk.get("/console/")))
    with reading_session(app.extensions["engine"]) as session:
        assert set(session.scalars(sa.select(Report.assignee_id))) == {None, TAEHO.id}


def test_what_changed_nothing_is_not_offered_to_be_taken_back(visit: Visit) -> None:
    made, desk = report(visit), visit(SOYEON)
    case, mine = f"/console/reports/{made}", {"person_id": str(SOYEON.id)}
    desk.post(f"{case}/assign", **mine)
    assert UNDO in desk.get(case)
    desk.post(f"{case}/assign", **mine)
    assert UNDO not in desk.get(case)
    desk.post("/console/bulk", ids=[made], action="assign_me")
    assert UNDO not in desk.get("/console/")
    other = report(visit, idempotency_key="tap-give-other", text="다른 등")
    desk.get("/console/")
    desk.post("/console/bulk", ids=[made, other], action="assign_me")
    desk.post("/console/undo", **offered(desk.get("/console/")))


@pytest.mark.parametrize(
    ("act", "field", "state"),
    [("answer", "text", "in_progress"), ("reject", "reason", "rejected")],
)
def test_after_undo_the_case_stands_with_the_words_in_their_field(
    visit: Visit, act: str, field: str, state: str
) -> None:
    made, desk, words = report(visit), visit(SOYEON), "내일 <가서> 볼게요 " + "가" * 3000
    case = f"/console/reports/{made}"
    desk.post(f"{case}/{act}?view=new", **{"status": state, field: words})
    back = desk.post("/console/undo?view=new", **offered(desk.get(f"{case}?view=new")))
    page = desk.get(back.location)
    assert f"{html.escape(words)}</textarea>" in page
    assert "되돌렸어요. 아무에게도 알리지 않았어요" in page
    assert 'name="status" value' not in page
    if act == "answer":
        assert f'<option value="{state}" selected>' in page
    assert "again=" not in page.split('id="views"')[1].split(">")[0]
    assert words not in visit(None).get(f"/reports/{made}")


def test_words_that_were_taken_back_return_to_their_writer_alone(visit: Visit) -> None:
    made, desk = report(visit), visit(SOYEON)
    case = f"/console/reports/{made}"
    desk.post(f"{case}/answer", status="fixed", text="비밀스러운 말")
    back = desk.post("/console/undo", **offered(desk.get(case)))
    assert "비밀스러운 말</textarea>" not in visit(TAEHO).get(back.location)
    assert "비밀스러운 말</textarea>" in visit(SOYEON).get(back.location)


def test_too_late_is_said_on_the_desk(visit: Visit) -> None:
    for moment, code, said in (
        (AT.isoformat(), 409, "되돌리기에는 늦었어요"),
        ("yesterday", 422, "그 시각을 읽을 수 없어요"),
        ("2026-11-02", 422, "그 시각을 읽을 수 없어요"),
    ):
        page = refused(visit(SOYEON), "/console/undo", code, at=moment)
        assert said in page.split('role="alert"')[1].split("</div>")[0]
