"""Whoever loses a role, a sign-in or their account is put out of their live pages."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask

from participation.accounts import actions
from services import clock
from services.auth import Role
from services.db import Session, unit_of_work
from services.realtime import rights
from tests.people import HANA, JUN, MINJI

Turn = Callable[[], int]


@pytest.fixture
def put_out(app: Flask) -> Iterator[list[UUID]]:
    """Who was put out, as every process's sockets hear it."""
    heard: list[UUID] = []
    rights.listeners.append(heard.append)
    yield heard
    rights.listeners.remove(heard.append)


@pytest.fixture
def change(app: Flask) -> Callable[[Callable[[Session], None]], None]:
    def run(act: Callable[[Session], None]) -> None:
        with unit_of_work(app.extensions["engine"]) as session:
            act(session)

    return run


def test_by_a_role(put_out: list[UUID], change: Callable[..., None], turn: Turn) -> None:
    assert JUN.id is not None
    for give in (True, False):
        change(
            lambda session, give=give: actions.change_role(
                session, HANA, JUN.id, Role.OFFICER, give=give, at=clock.now()
            )
        )
        turn()
    assert put_out == [JUN.id, JUN.id]


def test_by_an_ended_sign_in(put_out: list[UUID], change: Callable[..., None], turn: Turn) -> None:
    assert MINJI.id is not None
    change(lambda session: actions.sign_in(session, MINJI.id, "Firefox", at=clock.now()))
    change(lambda session: actions.revoke_others(session, MINJI, at=clock.now()))
    turn()
    assert put_out == [MINJI.id]


def test_by_leaving(put_out: list[UUID], change: Callable[..., None], turn: Turn) -> None:
    assert MINJI.id is not None
    change(lambda session: actions.erase_person(session, MINJI.id, clock.now()))
    turn()
    assert put_out == [MINJI.id]
