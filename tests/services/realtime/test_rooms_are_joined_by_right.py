"""A room is joined by right, and left when the right ends."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_socketio import SocketIOTestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from participation.accounts import actions as accounts
from participation.accounts import live
from participation.accounts.models import PersonRole, SignInSession
from participation.events.accounts import PersonErased, SessionRevoked
from services import clock, outbox, realtime
from services.auth import Actor
from services.db import unit_of_work
from services.realtime import Hub
from services.realtime.hub import REVIEW_AFTER, ROOMS_A_PAGE
from tests.people import HANA, JUN, SOYEON

TILE = "tile:13/1/1"


class Visitors:
    """Opens sockets as someone of the cast, or as a stranger."""

    def __init__(self, app: Flask) -> None:
        self.app, self.opened = app, []
        self.hub: Hub = app.extensions["hub"]

    def come(self, who: Actor | None = None, issuer: str | None = None) -> SocketIOTestClient:
        headers, browser = {}, "Firefox Linux"
        if who is not None and who.id is not None:
            with unit_of_work(self.app.extensions["engine"]) as session:
                token = accounts.sign_in(session, who.id, browser, issuer=issuer, at=clock.now())
            headers["Cookie"] = f"madang_session={token}"
        client = SocketIOTestClient(self.app, self.app.extensions["socketio"], headers=headers)
        self.opened.append(client)
        return client


@pytest.fixture
def visitors(app: Flask) -> Iterator[Visitors]:
    made = Visitors(app)
    yield made
    for client in made.opened:
        if client.is_connected():
            client.disconnect()


def ask(client: SocketIOTestClient, room: object, **more: object) -> dict[str, Any]:
    answer = client.emit("join", {"room": room, **more}, callback=True)
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize(
    ("who", "room", "may"),
    [
        (None, TILE, True),
        (None, "tile:14/1/1", False),
        (None, "tile:13/1/1/../x", False),
        (None, "console", False),
        (JUN, "console", False),
        (SOYEON, "console", True),
        (SOYEON, "console2", False),
        (HANA, "nowhere", False),
        (HANA, "report:00000000-0000-0000-0000-000000000000", False),
        (HANA, "report:x", False),
    ],
)
def test_who_may_join_what(visitors: Visitors, who: Actor | None, room: str, may: bool) -> None:
    assert ask(visitors.come(who), room)["ok"] is may


def test_a_member_hears_one_frame_and_a_leaver_hears_none(visitors: Visitors, app: Flask) -> None:
    member, leaver = visitors.come(), visitors.come()
    assert ask(member, TILE)["ok"]
    assert ask(leaver, TILE)["ok"]
    leaver.emit("leave", {"room": TILE})
    with unit_of_work(app.extensions["engine"]) as session:
        realtime.nudge(session, TILE, {"kind": "x"})
        realtime.nudge(session, TILE, {"kind": "y"})
    visitors.hub.ticks.tick()
    (heard,) = member.get_received()
    assert [item["kind"] for item in heard["args"][0]["items"]] == ["x", "y"]
    assert leaver.get_received() == []


def test_a_page_joins_sixty_rooms_and_no_more(visitors: Visitors) -> None:
    client = visitors.come()
    answers = [ask(client, f"tile:13/1/{y}")["ok"] for y in range(ROOMS_A_PAGE + 1)]
    assert answers == [True] * ROOMS_A_PAGE + [False]
    assert ask(client, "tile:13/1/1")["ok"], "one it is in already"
    client.emit("leave", {"room": "tile:13/1/0"})
    assert ask(client, "tile:13/1/999")["ok"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=90),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["room", "since", "age", "x"]), inner, max_size=4)
        ),
        max_leaves=6,
    ),
)
def test_nonsense_is_refused_with_an_answer(visitors: Visitors, asked: object) -> None:
    client = visitors.opened[0] if visitors.opened else visitors.come()
    answer = client.emit("join", asked, callback=True)
    assert answer == {"ok": False}
    client.emit("leave", asked)
    assert client.is_connected()


def revoke(app: Flask, who: Actor) -> None:
    engine = app.extensions["engine"]
    with unit_of_work(engine) as session:
        mine = sa.select(SignInSession.id).where(SignInSession.person_id == who.id)
        for session_id in session.scalars(mine).all():
            accounts.revoke_session(session, who, session_id, at=clock.now())
    hearing = outbox.Subscriptions()
    hearing.on(SessionRevoked, live.put_out)
    hearing.on(PersonErased, live.put_out)
    outbox.Dispatcher(engine, hearing).drain()


def test_who_signs_out_elsewhere_is_put_out_and_comes_back_as_a_stranger(
    visitors: Visitors, app: Flask
) -> None:
    soyeon, taker = visitors.come(SOYEON), visitors.come(HANA)
    assert ask(soyeon, "console")["ok"]
    assert ask(taker, "console")["ok"]
    revoke(app, SOYEON)
    assert not soyeon.is_connected()
    assert taker.is_connected()
    soyeon.connect()
    assert not ask(soyeon, "console")["ok"]
    assert ask(soyeon, TILE)["ok"]


def test_who_was_erased_is_put_out(visitors: Visitors, app: Flask) -> None:
    jun = visitors.come(JUN)
    assert JUN.id is not None
    with unit_of_work(app.extensions["engine"]) as session:
        accounts.erase_person(session, JUN.id, clock.now())
    revoke(app, JUN)
    assert not jun.is_connected()


def test_a_sign_in_that_ran_out_is_found_in_the_review(visitors: Visitors, app: Flask) -> None:
    soyeon, hana, stranger = visitors.come(SOYEON), visitors.come(HANA), visitors.come()
    with unit_of_work(app.extensions["engine"]) as session:
        mine = SignInSession.person_id == SOYEON.id
        session.execute(
            sa.update(SignInSession).where(mine).values(expires_at=clock.now() - timedelta(1))
        )
    visitors.hub.review(clock.now())
    assert soyeon.is_connected()
    visitors.hub.review(clock.now() + REVIEW_AFTER)
    assert not soyeon.is_connected()
    assert hana.is_connected()
    assert stranger.is_connected()


def test_a_role_that_was_taken_is_found_in_the_review(visitors: Visitors, app: Flask) -> None:
    soyeon = visitors.come(SOYEON)
    assert ask(soyeon, "console")["ok"]
    with unit_of_work(app.extensions["engine"]) as session:
        session.execute(sa.delete(PersonRole).where(PersonRole.person_id == SOYEON.id))
    visitors.hub.review(clock.now() + REVIEW_AFTER)
    assert not soyeon.is_connected()


def test_a_providers_word_that_ran_out_is_found_in_the_review(
    visitors: Visitors, app: Flask
) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        mine = PersonRole.person_id == SOYEON.id
        vouched = {"issuer": "https://login.example.org", "confirmed_at": clock.now()}
        session.execute(sa.update(PersonRole).where(mine).values(**vouched))
    soyeon = visitors.come(SOYEON, issuer="https://login.example.org")
    assert ask(soyeon, "console")["ok"]
    visitors.hub.review(clock.now() + REVIEW_AFTER)
    assert soyeon.is_connected()
    with unit_of_work(app.extensions["engine"]) as session:
        mine = SignInSession.person_id == SOYEON.id
        long_ago = clock.now() - timedelta(days=1)
        session.execute(sa.update(SignInSession).where(mine).values(created_at=long_ago))
    visitors.hub.review(clock.now() + 2 * REVIEW_AFTER)
    assert not soyeon.is_connected()


def test_nothing_is_kept_of_who_left(visitors: Visitors) -> None:
    client = visitors.come(SOYEON)
    ask(client, "console")
    assert len(visitors.hub.pages) == 1
    client.disconnect()
    assert visitors.hub.pages == {}
    assert visitors.hub.socketio.server.manager.rooms == {}
