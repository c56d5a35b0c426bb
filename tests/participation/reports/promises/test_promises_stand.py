"""A promise is kept or broken once: no later word and no new promise changes what came of it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from participation.reports import actions, actions_merge, actions_undo
from participation.reports.actions_dispute import promise_anew
from participation.reports.models import Report
from participation.reports.promises.queries import Scope, Tally, numbers
from participation.reports.rules import Category, Shelf, Status
from participation.reports.settling import actions as settling_actions
from services.db import Session
from tests.people import HANA, MINJI

# A Tuesday, 14:00 in Seoul; litter is promised within three working days.
AT = datetime(2026, 11, 24, 5, tzinfo=UTC)
S = Status


def day(number: int) -> datetime:
    return AT + timedelta(days=number)


def opened(session: Session, category: Category = Category.LITTER) -> Report:
    new = actions.NewReport(
        category=category, text="봉투", lat=34.25, lon=127.95, idempotency_key=uuid4().hex
    )
    return session.get_one(Report, actions.open_report(session, MINJI, new, at=AT))


def moved(session: Session, report: Report, number: int, status: Status) -> None:
    """Let a day bring a report to a status; whoever disputes it has it promised anew."""
    if status is S.DISPUTED:
        given = (session, MINJI, report, "아직이에요")
        settling_actions.judge_report(*given, settled=False, at=day(number))
        return
    before = Status(report.status)
    actions.answer_report(session, HANA, report, status, "소식", at=day(number))
    if before in (S.FIXED, S.CLOSED) and status is S.OPEN:
        promise_anew(session, HANA, report, at=day(number))


def tally(session: Session, at: datetime) -> Tally:
    session.flush()
    return numbers(session, ZoneInfo("Asia/Seoul"), Scope(f"{AT:%Y-%m}"), at=at).total


KEPT, BROKEN = (1, 0), (0, 0)
STORIES = {
    "settled in time": ([(1, S.FIXED)], KEPT, 1),
    "settled too late": ([(9, S.FIXED)], BROKEN, 9),
    "a word long after": ([(1, S.FIXED), (20, S.FIXED)], KEPT, 1),
    "fixed, then closed": ([(1, S.FIXED), (20, S.CLOSED)], KEPT, 1),
    "a word while it waits": ([(1, S.IN_PROGRESS), (2, S.IN_PROGRESS), (9, S.CLOSED)], BROKEN, 9),
    "broken, disputed, settled by the new day": (
        [(9, S.FIXED), (10, S.DISPUTED), (11, S.FIXED)],
        BROKEN,
        11,
    ),
    "broken, opened again, settled by the new day": (
        [(9, S.CLOSED), (10, S.OPEN), (10, S.CLOSED)],
        BROKEN,
        10,
    ),
    "settled in time and that was not so": (
        [(1, S.FIXED), (6, S.DISPUTED), (7, S.FIXED)],
        BROKEN,
        7,
    ),
    "disputed and settled, all by the first day": (
        [(0, S.FIXED), (1, S.DISPUTED), (2, S.FIXED)],
        KEPT,
        2,
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_the_numbers_say_what_came_of_the_first_promise(session: Session, story: str) -> None:
    steps, (in_time, late), ended = STORIES[story]
    report = opened(session)
    promised = report.due_at
    for number, status in steps:
        moved(session, report, number, status)
    assert report.ended_at == day(ended)
    assert report.promised_at == promised
    assert tally(session, day(30)) == Tally(told=1, settled=1, in_time=in_time, late=late)


def test_what_is_promised_anew_is_late_by_the_first_day(session: Session) -> None:
    report = opened(session)
    for number, status in [(9, S.FIXED), (10, S.DISPUTED)]:
        moved(session, report, number, status)
    assert report.due_at > day(10) > report.promised_at
    assert tally(session, day(10)) == Tally(told=1, settled=0, in_time=0, late=1)


def test_what_is_disputed_waits_on_the_map_again(session: Session) -> None:
    report = opened(session)
    moved(session, report, 1, S.FIXED)
    assert report.shelf == Shelf.SETTLED
    moved(session, report, 2, S.DISPUTED)
    assert report.shelf == Shelf.WAITS
    assert (report.status, report.escalated_at) == (S.DISPUTED, None)


def test_a_word_of_another_body_after_the_end_breaks_nothing(session: Session) -> None:
    report = opened(session)
    moved(session, report, 1, S.FIXED)
    into = opened(session)
    actions_merge.merge_report(session, HANA, report, into, at=day(20))
    assert report.ended_at == day(1)


def test_taking_an_answer_back_brings_the_end_back_too(session: Session) -> None:
    report = opened(session)
    moved(session, report, 1, S.FIXED)
    moved(session, report, 4, S.CLOSED)
    moved(session, report, 5, S.OPEN)
    actions_undo.withdraw_acts(session, HANA, day(5), at=day(5) + timedelta(seconds=3))
    assert (report.status, report.ended_at) == ("closed", day(1))
