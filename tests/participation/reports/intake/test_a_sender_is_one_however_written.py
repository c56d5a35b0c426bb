"""A sender whose domain is written in Hangul and in ASCII has one bound, not two."""

import pytest

from participation.reports.intake import queries
from participation.reports.intake.actions import ignore_letter
from services.auth import STRANGER
from services.db import Session
from tests.conftest import AT

HANGUL, ASCII = "kim@회사.한국", "Kim@xn--vf4b131b.xn--3e0b707e"


def test_both_ways_count_together(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "OF_ONE_AN_HOUR", 2)
    for name, sender in (("<1@a.org>", HANGUL), ("<2@a.org>", ASCII)):
        assert not queries.letters_full(session, HANGUL, AT)
        ignore_letter(session, STRANGER, name, sender, at=AT)
    assert queries.letters_full(session, HANGUL, AT)
    assert queries.letters_full(session, ASCII, AT)
    assert not queries.letters_full(session, "lee@회사.한국", AT)
