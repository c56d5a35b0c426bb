"""Where I am signed in: which browser, when it was last here, which one this is."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from participation.accounts import actions, queries
from participation.accounts.models import SignInSession
from participation.accounts.visits import Visits
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from services.ids import new_id
from services.outbox.events import OutboxEvent
from tests.conftest import AT
from tests.pages import Pages
from tests.people import HANA, JUN, MINJI

PHONE = "Mozilla/5.0 (Linux; Android 15) Chrome/130.0"
DESK = "Mozilla/5.0 (X11; Linux x86_64) Firefox/132.0"


def actor_of(session: Session, token: str) -> Actor:
    found = queries.identify(session, {"madang_session": token}, AT)
    assert found is not None
    return found


def test_this_browser_comes_first_and_is_marked(session: Session) -> None:
    assert MINJI.id is not None
    here = actor_of(session, actions.sign_in(session, MINJI.id, DESK, at=AT))
    actions.sign_in(session, MINJI.id, PHONE, at=AT + timedelta(days=1))
    listed = queries.sign_ins(session, here, AT + timedelta(days=2))
    assert [(one.label, one.current) for one in listed] == [
        ("Firefox, Linux", True),
        ("Chrome, Android", False),
    ]


def test_what_ended_is_not_listed(session: Session) -> None:
    assert MINJI.id is not None
    here = actor_of(session, actions.sign_in(session, MINJI.id, DESK, at=AT))
    actions.sign_in(session, MINJI.id, PHONE, at=AT - timedelta(days=59))
    assert len(queries.sign_ins(session, here, AT)) == 2
    assert len(queries.sign_ins(session, here, AT + timedelta(days=2))) == 1


def test_all_others_end_together(session: Session) -> None:
    assert MINJI.id is not None
    assert JUN.id is not None
    here = actor_of(session, actions.sign_in(session, MINJI.id, DESK, at=AT))
    neighbour = actions.sign_in(session, JUN.id, DESK, at=AT)
    others = [actions.sign_in(session, MINJI.id, PHONE, at=AT) for _ in range(3)]
    actions.revoke_others(session, here, at=AT)
    session.flush()
    for token in others:
        assert queries.identify(session, {"madang_session": token}, AT) is None
    assert len(queries.sign_ins(session, here, AT)) == 1
    assert actor_of(session, neighbour).id == JUN.id


def test_a_visit_is_noted_once_an_hour(app: Flask, visit: Callable[[Actor | None], Pages]) -> None:
    pages = visit(MINJI)
    engine = app.extensions["engine"]
    long_ago = clock.now() - timedelta(hours=3)
    with unit_of_work(engine) as session:
        session.execute(sa.update(SignInSession).values(last_seen_at=long_ago))
    pages.get("/")
    with unit_of_work(engine) as session:
        seen = session.scalar(sa.select(SignInSession.last_seen_at))
        assert seen is not None
        assert clock.now() - seen < timedelta(minutes=1)
        session.execute(sa.update(SignInSession).values(last_seen_at=long_ago))
    pages.get("/")
    with Session(engine) as session:
        assert session.scalar(sa.select(SignInSession.last_seen_at)) == long_ago


def test_visits_remembered_are_bounded() -> None:
    visits, first = Visits(room=10), new_id()
    assert visits.due(first, AT)
    assert not visits.due(first, AT + timedelta(minutes=59))
    assert visits.due(first, AT + timedelta(minutes=61))
    for _ in range(20):
        visits.due(new_id(), AT)
    assert len(visits.looked) == 10


def test_a_role_given_or_taken_is_told_once(session: Session) -> None:
    assert JUN.id is not None
    for give in (True, True, False, False):
        actions.change_role(session, HANA, JUN.id, actions.Role.OFFICER, give=give, at=AT)
    session.flush()
    kinds = list(session.scalars(sa.select(OutboxEvent.kind)))
    assert kinds.count("accounts.person_role_changed") == 2


def test_the_pages_show_it(visit: Callable[[Actor | None], Pages]) -> None:
    pages, other = visit(MINJI), visit(MINJI)
    assert pages.get("/me/sessions").count("/revoke") == 3
    pages.post("/me/sessions/others/revoke")
    other.get("/me", status=303)
    assert pages.get("/me/sessions").count("/revoke") == 1
