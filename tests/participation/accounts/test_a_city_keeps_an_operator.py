"""The last operator neither leaves nor is taken away: nobody could name another."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.accounts import actions, jobs
from participation.accounts.actions_identity import admit_identity
from participation.accounts.models import Person, PersonRole
from services.auth import STRANGER, Actor, Role
from services.auth.claims import Identity
from services.db import Session, unit_of_work
from services.errors import RefusedError
from tests.conftest import AT
from tests.pages import Pages
from tests.people import HANA, SOYEON

Visit = Callable[[Actor | None], Pages]
RULE = frozenset({Role.OPERATOR})
KIM = Identity("https://login.example.org", "kim", "김", "kim@example.org", RULE, RULE)
GONE = Identity("https://login.example.org", "kim", "김", "kim@example.org", frozenset(), RULE)


def operators(session: Session) -> set[object]:
    held = sa.select(PersonRole.person_id).where(PersonRole.role == Role.OPERATOR.value)
    return set(session.scalars(held))


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "Name another operator under People and roles first"), ("ko", "다른 운영자를 먼저")],
)
def test_the_last_one_is_asked_to_name_another(
    visit: Visit, session: Session, lang: str, said: str
) -> None:
    pages = visit(HANA)
    pages.client.set_cookie("lang", lang)
    assert said in pages.post("/me/erase", expect=409).text
    # Nothing of what was begun is kept: they are who they were.
    pages.get("/console/people/")
    assert session.get_one(Person, HANA.id).erased_at is None


def test_one_of_two_may_go(visit: Visit, app: Flask, session: Session) -> None:
    with unit_of_work(app.extensions["engine"]) as writing:
        assert SOYEON.id is not None
        actions.change_role(writing, HANA, SOYEON.id, Role.OPERATOR, give=True, at=AT)
    visit(HANA).post("/me/erase")
    assert operators(session) == {SOYEON.id}
    visit(SOYEON).post("/me/erase", expect=409)


def test_who_left_is_no_other(session: Session) -> None:
    gone = Person(display_name="", language="ko", created_at=AT, erased_at=AT)
    session.add(gone)
    session.flush()
    session.add(PersonRole(person_id=gone.id, role=Role.OPERATOR.value))
    assert HANA.id is not None
    with pytest.raises(RefusedError, match="last_operator"):
        actions.erase_person(session, HANA.id, AT)


def test_a_provider_takes_the_last_one_from_nobody(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    person = admit_identity(session, STRANGER, KIM, at=AT)
    admit_identity(session, STRANGER, GONE, at=AT)
    assert operators(session) == {HANA.id}
    admit_identity(session, STRANGER, KIM, at=AT)
    session.execute(sa.delete(PersonRole).where(PersonRole.person_id == HANA.id))
    with caplog.at_level(logging.WARNING):
        admit_identity(session, STRANGER, GONE, at=AT)
        jobs.take_back_unheard(session, AT + timedelta(days=40))
    assert operators(session) == {person}
    assert caplog.text.count("last operator") == 2
    assert "kim" not in caplog.text
    assert str(person) not in caplog.text
