"""The life of a report as its table says."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from participation.reports.rules import (
    BORN,
    LABELS,
    NEXT,
    PROMISE_DAYS,
    PUBLIC,
    QUESTIONS,
    SEVERITY,
    STATUS_LABELS,
    Category,
    Status,
    answers_to,
    late,
    staff_moves,
    title_of,
)

AT = datetime(2026, 11, 2, tzinfo=UTC)


def test_every_status_and_category_has_its_rows() -> None:
    assert set(NEXT) == set(Status) == set(STATUS_LABELS)
    for table in (LABELS, PROMISE_DAYS, QUESTIONS, SEVERITY):
        assert set(table) == set(Category)


def test_every_status_can_be_left_and_reached() -> None:
    assert all(NEXT[status] for status in Status)
    assert BORN.union(*NEXT.values()) == set(Status)
    assert not any(status in NEXT[status] for status in Status)


def test_a_rejected_report_can_only_be_opened_again() -> None:
    assert NEXT[Status.REJECTED] == {Status.OPEN}


def test_whatever_is_public_can_be_turned_down_and_no_more_once_joined() -> None:
    for status in PUBLIC:
        assert Status.REJECTED in answers_to(status)
        assert answers_to(status, joined=True) == [status, Status.REJECTED]


def test_a_word_more_can_be_said_of_all_but_what_waits_for_a_first_look() -> None:
    assert {s for s in Status if s in answers_to(s)} == set(Status) - {Status.HELD}
    assert all(Status.DISPUTED not in staff_moves(status) for status in Status)


def test_a_promise_is_late_only_while_work_remains() -> None:
    due = AT + timedelta(days=2)
    assert late(Status.OPEN, due, due + timedelta(seconds=1))
    assert not late(Status.OPEN, due, due)
    assert not late(Status.FIXED, due, due + timedelta(days=9))


@given(st.text(min_size=1))
def test_a_title_is_one_line_of_at_most_eighty(text: str) -> None:
    title = title_of(text)
    assert len(title) <= 80
    assert "\n" not in title
