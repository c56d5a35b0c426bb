"""What was on its way to someone who left is not sent, and their address goes with it."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask

from participation.accounts import actions
from services import letters
from services.auth import STRANGER, Actor
from services.db import Session, unit_of_work
from services.letters import LetterOut
from tests.conftest import AT
from tests.pages import Pages

MAIL, OTHER = "yuna@example.org", "other@example.org"


def test_none_goes_out_afterwards(app: Flask, visit: Callable[[Actor | None], Pages]) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        person = actions.join(session, STRANGER, "유나", MAIL, at=AT)
        for to in (MAIL, "Yuna@Example.org", OTHER):
            letters.enqueue(session, to, "Of a report", "…", at=AT)
    pages = visit(Actor(person))
    held = pages.client.get("/me/export").json
    assert held is not None
    assert len(held["accounts"]["letters"]) == 2
    pages.post("/me/erase")
    with Session(app.extensions["engine"]) as session:
        assert list(session.scalars(sa.select(LetterOut.to))) == [OTHER]
