"""What was joined by mistake goes on by itself again, however late that is seen."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports import actions, actions_merge, queries
from participation.reports.actions_undo import unmerge_report, withdraw_acts
from participation.reports.models import Report
from participation.reports.rules import Status
from services import audit
from services.auth import Actor
from services.db import Session
from services.errors import RefusedError
from services.outbox.events import OutboxEvent
from tests.conftest import AT
from tests.flows.canaries import report
from tests.flows.test_joining_and_giving_are_taken_back import followers
from tests.flows.test_staff_hide_what_is_public import JOINED, STATES, came_to, stands
from tests.pages import Pages
from tests.participation.reports.history.publication import faults
from tests.participation.reports.routing import test_staff_may_be_bound as bounds
from tests.participation.reports.routing.test_staff_may_be_bound import bound
from tests.participation.reports.test_one_lamp_is_one_report import joined, opened, two
from tests.people import JUN, MINJI, PEOPLE, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]
north = bounds.north
DAY = timedelta(days=1)
LATER = AT + 9 * DAY


def merge(session: Session, made: Report, into: Report, days: int = 2) -> None:
    actions_merge.merge_report(session, SOYEON, made, into, at=AT + days * DAY)
    session.commit()


@pytest.mark.parametrize("state", ["open", "in_progress", "fixed", "closed", "disputed"])
def test_it_stands_as_before_the_joining(session: Session, engine: sa.Engine, state: str) -> None:
    made, into = came_to(session, state), opened(session)
    session.commit()
    before = stands(made)
    merge(session, made, into)
    unmerge_report(session, TAEHO, made, at=LATER)
    session.commit()
    assert stands(made) == before
    assert "merged" not in [one.kind for one in queries.timeline(session, made.id)]
    assert faults(engine) == []
    assert audit.latest(session)[0].verb == "unmerge_report"
    bodies = [body.decode() for body in session.scalars(sa.select(OutboxEvent.body))]
    assert any(str(made.id) in body and "unmerge_report" in body for body in bodies)


def test_whom_the_joining_alone_let_follow_the_other_follow_it_no_more(session: Session) -> None:
    made, into = opened(session), opened(session)
    actions.follow_report(session, JUN, made, at=AT)
    actions.unfollow_report(session, MINJI, into, at=AT)
    actions.follow_report(session, JUN, into, at=AT)
    mine, theirs = followers(session, made), followers(session, into)
    merge(session, made, into)
    okja = PEOPLE["okja"]
    actions.follow_report(session, okja, into, at=AT + 3 * DAY)
    unmerge_report(session, TAEHO, made, at=LATER)
    assert followers(session, made) == mine
    assert followers(session, into) == (theirs[0] + 1, theirs[1] | {okja.id})


def test_of_a_row_of_joinings_the_last_is_undone_first(session: Session, engine: sa.Engine) -> None:
    first, second, third = opened(session), opened(session), opened(session)
    session.commit()
    merge(session, first, second, 1)
    merge(session, second, third, 2)
    with pytest.raises(RefusedError, match="report_cannot_unmerge"):
        unmerge_report(session, TAEHO, first, at=LATER)
    unmerge_report(session, TAEHO, second, at=LATER)
    session.commit()
    session.refresh(first)
    assert (first.merged_into, second.merged_into) == (second.id, None)
    unmerge_report(session, TAEHO, first, at=LATER + DAY)
    session.commit()
    assert (first.status, first.merged_into) == ("open", None)
    assert faults(engine) == []


@pytest.mark.parametrize("word", [None, Status.CLOSED, Status.REJECTED])
def test_not_where_it_is_not_joined_or_words_stand_on_it(
    session: Session, word: Status | None
) -> None:
    made = came_to(session, JOINED if word else "open")
    if word:
        actions.answer_report(session, SOYEON, made, word, "한마디", at=AT + 3 * DAY)
    before = stands(made)
    with pytest.raises(RefusedError, match="report_cannot_unmerge"):
        unmerge_report(session, TAEHO, made, at=LATER)
    assert stands(made) == before


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("state", ["open", "fixed"])
def test_that_it_was_hidden_for_a_while_is_taken_back_with_it(
    session: Session, engine: sa.Engine, state: str, times: int
) -> None:
    made, into = came_to(session, state), opened(session)
    session.commit()
    before = stands(made)
    merge(session, made, into)
    for days in range(3, 3 + 2 * times, 2):
        at = AT + days * DAY
        actions.reject_report(session, SOYEON, made, "이름이 있어요", at=at)
        session.commit()
        with pytest.raises(RefusedError, match="report_cannot_unmerge"):
            unmerge_report(session, TAEHO, made, at=at)
        actions.answer_report(session, SOYEON, made, Status.CLOSED, "가렸어요", at=at + DAY)
        session.commit()
    unmerge_report(session, TAEHO, made, at=LATER)
    session.commit()
    assert stands(made) == before
    told = [one.kind for one in queries.timeline(session, made.id)]
    assert told == (["opened"] if state == "open" else ["opened", "answer"])
    assert faults(engine) == []
    merge(session, made, into, 11)
    assert (made.status, made.merged_into) == ("closed", into.id)
    assert faults(engine) == []


def test_once_undone_the_joining_is_not_taken_back_as_well(session: Session) -> None:
    made, into = opened(session), opened(session)
    merge(session, made, into)
    at = AT + 2 * DAY
    unmerge_report(session, TAEHO, made, at=at + timedelta(seconds=2))
    with pytest.raises(RefusedError, match="nothing"):
        withdraw_acts(session, SOYEON, at, at=at + timedelta(seconds=4))


@pytest.mark.parametrize("state", STATES)
def test_a_case_offers_it_where_it_can_be_done(visit: Visit, session: Session, state: str) -> None:
    made, desk = came_to(session, state), visit(TAEHO)
    case = f"/console/reports/{made.id}"
    may = state == JOINED
    assert (f'action="{case}/unmerge' in desk.get(case)) is may
    done = desk.post(f"{case}/unmerge", 303 if may else 409)
    assert may or "합친 것을 이제 되돌릴 수 없어요" in done.text
    session.refresh(made)
    assert made.merged_into is None


def test_its_page_is_its_own_again(visit: Visit) -> None:
    made, into = two(visit)
    joined(visit, made, into)
    desk = visit(TAEHO)
    desk.get(f"/console/reports/{made}")
    told = desk.post(f"/console/reports/{made}/unmerge?view=new")
    assert told.location == f"/console/reports/{made}?view=new"
    page = visit(JUN).get(f"/reports/{made}")
    assert f'action="/reports/{made}/follow"' in page
    assert f'href="/reports/{into}"' not in page
    assert "다른 신고와 합쳤어요" not in page


def test_who_may_not_handle_both_does_not_part_them(app: Flask, visit: Visit, north: UUID) -> None:
    jun = visit(JUN)
    made, there = report(jun, "북쪽 등", "34.35"), report(jun, "남쪽 등", "34.25")
    joined(visit, made, there)
    bound(app, SOYEON, ("area", north))
    desk = visit(SOYEON)
    case = f"/console/reports/{made}"
    assert f'action="{case}/unmerge' not in desk.get(case)
    desk.post(f"{case}/unmerge", 403)
