"""Words people follow are found by an index of how they begin, and none is missed for it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.alerts import actions
from participation.alerts.matching import matches
from participation.alerts.rules import Kind, gram_of, grams_in
from services.db import Session
from tests.people import JUN

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HERE = (34.2, 127.9)


@given(st.text(max_size=30), st.text(min_size=1, max_size=8), st.text(max_size=30))
def test_whatever_a_text_holds_begins_in_it(before: str, words: str, after: str) -> None:
    text = (before + words + after).lower()
    if words.lower() in text:
        assert gram_of(words) in grams_in(text)


def follow(session: Session, words: str) -> UUID:
    wish = actions.Wish(kind=Kind.WORDS, label=words, words=words)
    return actions.follow_place(session, JUN, wish, at=AT)


@pytest.mark.parametrize(
    ("words", "text", "heard"),
    [
        ("가로등", "바다로 앞 가로등이 꺼졌어요", True),
        ("LAMP", "The lamp is out", True),
        ("İs", "a İS b", True),
        ("가", "가", True),
        ("가로수", "바다로 앞 가로등이 꺼졌어요", False),
        ("가로등", "x" * 3000 + "가로등", True),
        ("가로등", "", False),
    ],
)
def test_it_is_heard_of_when_it_is_said(
    session: Session, words: str, text: str, *, heard: bool
) -> None:
    alert = follow(session, words)
    found = {one.id for one in matches(session, HERE, "litter", text=text, ward="")}
    assert (alert in found) == heard


def test_words_that_are_changed_are_found_by_the_new_ones(session: Session) -> None:
    alert = follow(session, "가로등")
    wish = actions.Wish(kind=Kind.WORDS, label="x", words="나무")
    row = session.get_one(actions.Alert, alert)
    actions.change_alert(session, JUN, row, wish, at=AT)
    assert matches(session, HERE, "litter", text="나무가 쓰러졌어요", ward="")
    assert not matches(session, HERE, "litter", text="가로등", ward="")
