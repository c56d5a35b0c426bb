"""A letter that was kept or put off while a clock was ahead goes once the clock is right."""

import logging
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.db import Session, unit_of_work
from services.letters import LONGEST_WAIT, LetterOut, enqueue, put_right
from tests.conftest import AT


@pytest.mark.parametrize(
    ("waits", "then"),
    [
        (timedelta(days=365), timedelta(0)),
        (LONGEST_WAIT + timedelta(seconds=1), timedelta(0)),
        (LONGEST_WAIT, LONGEST_WAIT),
        (timedelta(minutes=5), timedelta(minutes=5)),
    ],
)
def test_what_waits_for_longer_than_it_can_is_due_now(
    engine: sa.Engine, caplog: pytest.LogCaptureFixture, waits: timedelta, then: timedelta
) -> None:
    with unit_of_work(engine) as session:
        enqueue(session, "minji@example.org", "Subject", "Text", at=AT + waits)
    with caplog.at_level(logging.WARNING), unit_of_work(engine) as session:
        put_right(session, AT)
    with Session(engine) as session:
        assert session.scalars(sa.select(LetterOut.due_at)).one() == AT + then
    assert ("was a clock ahead?" in caplog.text) == (waits != then)
    assert "minji" not in caplog.text


def test_one_that_was_given_up_stays_so(engine: sa.Engine) -> None:
    with unit_of_work(engine) as session:
        enqueue(session, "minji@example.org", "Subject", "Text", at=AT)
        session.execute(sa.update(LetterOut).values(due_at=None, given_up_at=AT))
    with unit_of_work(engine) as session:
        put_right(session, AT)
    with Session(engine) as session:
        assert session.scalars(sa.select(LetterOut.due_at)).one() is None
