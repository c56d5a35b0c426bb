"""The life of a report as its table says."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from participation.reports.rules import (
    BORN,
    LABELS,
    NEXT,
    NEXT_JOINED,
    PROMISE_DAYS,
    PUBLIC,
    QUESTIONS,
    SEVERITY,
    STATUS_LABELS,
    Category,
    Status,
    answers_to,
    hidden_and_back,
    late,
    staff_moves,
    title_of,
)

AT = datetime(2026, 11, 2, tzinfo=UTC)


def test_every_status_and_category_has_its_rows() -> None:
    assert set(NEXT) == set(NEXT_JOINED) == set(Status) == set(STATUS_LABELS)
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


def test_what_was_joined_and_hidden_comes_back_closed_and_no_other_way() -> None:
    assert answers_to(Status.REJECTED, joined=True) == [Status.REJECTED, Status.CLOSED]


@given(st.lists(st.sampled_from([*Status, None]), max_size=6))
def test_hiding_alone_leaves_a_joining_as_it_was(since: list[Status | None]) -> None:
    told = "".join({Status.REJECTED: "h", Status.CLOSED: "c"}.get(one, "x") for one in since)
    assert hidden_and_back(since) is (re.fullmatch("(h+c)*", told) is not None)


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
