"""A letter's pictures take their time; whose account is erased meanwhile is asked like anybody."""

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.accounts import actions as accounts
from participation.reports.intake import letters
from participation.reports.intake.models import LetterIn
from participation.reports.models import Report
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from tests.participation.reports.intake.letters import letter, post


def test_the_letter_waits_for_a_word_and_names_nobody_who_left(
    app: Flask,
    session: Session,
    port: int,
    street: str,
    writer: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    understood, who = letters._understood, writer.id
    assert who is not None

    def slowly(*given: object) -> object:
        with unit_of_work(app.extensions["engine"]) as leaving:
            accounts.erase_person(leaving, who, clock.now())
        return understood(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(letters, "_understood", slowly)
    post(port, letter(f"쓰레기가 쌓였어요\n장소: {street}"))
    assert session.scalars(sa.select(Report)).all() == []
    row = session.scalars(sa.select(LetterIn)).one()
    assert (row.state, row.person_id) == ("draft", None)
