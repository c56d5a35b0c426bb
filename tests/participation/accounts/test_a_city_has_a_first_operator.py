"""Who holds the machine makes the first operator; who is none yet cannot be made one."""

from flask import Flask
from sqlalchemy import select

from participation.accounts import actions
from participation.accounts.models import PersonRole
from services import audit
from services.auth import STRANGER, Role
from services.db import Session, unit_of_work
from tests.conftest import AT

ADDRESS = "first@example.org"


def grant(app: Flask, *words: str) -> tuple[int, str]:
    ran = app.test_cli_runner().invoke(args=["people", "grant-role", *words])
    return ran.exit_code, ran.output


def test_who_signed_in_becomes_operator(app: Flask) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        person_id = actions.join(session, STRANGER, "첫 사람", ADDRESS, at=AT)
    assert grant(app, "First@Example.org ", "operator") == (0, "첫 사람 is operator\n")
    assert grant(app, ADDRESS, "operator")[0] == 0
    with Session(app.extensions["engine"]) as session:
        mine = select(PersonRole.role).where(PersonRole.person_id == person_id)
        assert list(session.scalars(mine)) == [Role.OPERATOR.value]
        verbs = [row.verb for row in audit.latest(session) if row.verb == "grant_role"]
        assert verbs == ["grant_role"]


def test_a_stranger_cannot_be_made_one(app: Flask) -> None:
    code, said = grant(app, "nobody@example.org", "operator")
    assert code == 1
    assert "nobody signed in as nobody@example.org yet" in said


def test_what_is_no_address_is_nobodys(app: Flask) -> None:
    code, said = grant(app, "nonsense", "operator")
    assert code == 1
    assert "nobody signed in as nonsense yet" in said


def test_a_role_that_is_none_is_refused(app: Flask) -> None:
    assert grant(app, ADDRESS, "king")[0] == 2
