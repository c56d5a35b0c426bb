"""Whatever a report has come to, staff can turn it down: then only its reporter and they see it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from participation.reports import actions, actions_dispute, actions_merge, queries
from participation.reports.actions_undo import withdraw_acts
from participation.reports.models import Report
from participation.reports.rules import PUBLIC, Status
from services import audit
from services.auth import Actor
from services.db import Session
from services.errors import RefusedError
from services.outbox.events import OutboxEvent
from tests.conftest import AT
from tests.flows.test_joining_and_giving_are_taken_back import offered
from tests.pages import Pages
from tests.participation.reports.history.publication import faults
from tests.participation.reports.test_one_lamp_is_one_report import opened
from tests.people import JUN, MINJI, SOYEON

Visit = Callable[[Actor | None], Pages]
JOINED = "joined"
STATES = [*sorted(status.value for status in Status), JOINED]
SHOWN = [state for state in STATES if state == JOINED or Status(state) in PUBLIC]
WORDS = "이웃의 이름이 적혀 있어요"
DAY = timedelta(days=1)


def came_to(session: Session, state: str) -> Report:
    """Return a report that came to a state a day after it was told of."""
    made = opened(session, held=state == Status.HELD)
    at = AT + DAY
    if state == JOINED:
        actions_merge.merge_report(session, SOYEON, made, opened(session), at=at)
    elif state == Status.DISPUTED:
        actions.answer_report(session, SOYEON, made, Status.FIXED, "끝", at=AT)
        actions_dispute.dispute_report(session, MINJI, made, "아니요", "reporter", at=at)
    elif state not in (Status.OPEN, Status.HELD):
        actions.answer_report(session, SOYEON, made, Status(state), "소식", at=at)
    session.commit()
    return made


def stands(report: Report) -> tuple[str, datetime | None, object, int, datetime]:
    ended = report.ended_at
    return report.status, ended, report.merged_into, report.shelf, report.due_at


@pytest.mark.parametrize("state", SHOWN)
def test_what_is_hidden_is_as_before_when_that_is_taken_back(
    session: Session, engine: sa.Engine, state: str
) -> None:
    made = came_to(session, state)
    before, at = stands(made), AT + 2 * DAY
    actions.reject_report(session, SOYEON, made, WORDS, at=at)
    session.commit()
    assert (made.status, made.shelf) == ("rejected", 0)
    # What was settled before is settled since then.
    assert made.ended_at == (before[1] or at)
    assert faults(engine) == []
    withdraw_acts(session, SOYEON, at, at=at + timedelta(seconds=4))
    session.commit()
    assert stands(made) == before
    assert faults(engine) == []


def test_what_was_joined_and_hidden_comes_back_joined_and_goes_nowhere_else(
    session: Session, engine: sa.Engine
) -> None:
    made = came_to(session, JOINED)
    before, at = stands(made), AT + 3 * DAY
    actions.reject_report(session, SOYEON, made, WORDS, at=AT + 2 * DAY)
    session.commit()
    for status in set(Status) - {Status.CLOSED, Status.REJECTED}:
        with pytest.raises(RefusedError):
            actions.answer_report(session, SOYEON, made, status, "다시", at=at)
    actions.answer_report(session, SOYEON, made, Status.CLOSED, "다시 보여요", at=at)
    session.commit()
    assert stands(made) == before
    assert queries.timeline(session, made.id)[-1].text == "다시 보여요"
    bodies = [body.decode() for body in session.scalars(sa.select(OutboxEvent.body))]
    assert any('"closed"' in one and str(made.id) in one for one in bodies)
    assert audit.latest(session)[0].verb == "answer_report"
    assert faults(engine) == []
    withdraw_acts(session, SOYEON, at, at=at + timedelta(seconds=4))
    session.commit()
    assert (made.status, made.merged_into) == ("rejected", before[2])
    assert faults(engine) == []


def test_a_case_leads_what_was_joined_and_hidden_back(visit: Visit, session: Session) -> None:
    made, desk = came_to(session, JOINED), visit(SOYEON)
    case = f"/console/reports/{made.id}"
    desk.get(case)
    desk.post(f"{case}/reject", reason=WORDS)
    assert visit(JUN).client.get(f"/reports/{made.id}").status_code == 404
    assert choices(desk.get(case)) == ["rejected", "closed"]
    desk.post(f"{case}/answer", status="closed", text="다시 보여요")
    assert "다시 보여요" in visit(JUN).get(f"/reports/{made.id}")


@pytest.mark.parametrize("state", SHOWN)
def test_its_page_is_its_reporters_alone_then(visit: Visit, session: Session, state: str) -> None:
    made, desk = came_to(session, state).id, visit(SOYEON)
    case = f"/console/reports/{made}"
    assert f'action="{case}/reject"' in desk.get(case)
    desk.post(f"{case}/reject", reason=WORDS)
    for who in (None, JUN):
        assert visit(who).client.get(f"/reports/{made}").status_code == 404
        assert str(made) not in visit(who).get("/reports/")
    assert WORDS in visit(MINJI).get(f"/reports/{made}")
    desk.post("/console/undo", **offered(desk.get(case)))
    assert visit(JUN).client.get(f"/reports/{made}").status_code == 200


def test_many_that_came_far_are_hidden_at_once(visit: Visit, session: Session) -> None:
    made, desk = [came_to(session, state) for state in SHOWN], visit(SOYEON)
    desk.get("/console/")
    desk.post("/console/bulk", ids=[str(one.id) for one in made], action="reject", reason=WORDS)
    assert 'id="left"' not in desk.get("/console/")
    for one in made:
        session.refresh(one)
        assert one.status == "rejected"


@pytest.mark.parametrize("state", STATES)
def test_every_move_that_is_offered_can_be_made(visit: Visit, session: Session, state: str) -> None:
    desk = visit(SOYEON)
    moves = choices(desk.get(f"/console/reports/{came_to(session, state).id}"))
    assert moves
    for move in moves:
        case = f"/console/reports/{came_to(session, state).id}"
        assert choices(desk.get(case)) == moves
        desk.post(f"{case}/answer", status=move, text="소식이에요")


def choices(page: str) -> list[str]:
    """Return what the answer's form offers, first what it begins with."""
    inside = page.split('id="answer-status"')[1].split("</select>")[0]
    return re.findall(r'<option value="([^"]+)"', inside)
