"""Whoever ends a sign-in ends what that browser is told too, in the same moment."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from participation.accounts.models import SignInSession
from services.auth import Actor
from services.db import reading_session
from services.push import PushMessage, PushSubscription
from services.tokens import hash_of
from tests.pages import Pages
from tests.people import JUN, MINJI
from tests.pushservice import PushService

Visit = Callable[[Actor | None], Pages]


def turn_on(pages: Pages, offer: dict[str, Any]) -> str:
    pages.get("/me")
    headers = {"X-CSRF-Token": pages.token}
    answer = pages.client.post("/push/subscriptions", json=offer, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["id"])


def refresh(pages: Pages, key: str, offer: dict[str, Any]) -> int:
    pages.get("/me")
    headers = {"X-CSRF-Token": pages.token, "Accept": "application/json"}
    path = f"/push/subscriptions/{key}/refresh"
    return pages.client.post(path, json=offer, headers=headers).status_code


def sign_in_of(pages: Pages, engine: sa.Engine) -> str:
    cookie = pages.client.get_cookie("madang_session")
    assert cookie is not None
    with reading_session(engine) as session:
        mine = SignInSession.token_hash == hash_of(cookie.value)
        return str(session.scalars(sa.select(SignInSession.id).where(mine)).one())


def kept(engine: sa.Engine) -> set[str]:
    with reading_session(engine) as session:
        return {str(key) for key in session.scalars(sa.select(PushSubscription.id))}


@pytest.fixture
def phone(visit: Visit, service: PushService) -> tuple[Pages, str, dict[str, Any]]:
    """Minji's phone, which is told."""
    pages, offer = visit(MINJI), service.subscribe().offer()
    return pages, turn_on(pages, offer), offer


def test_signed_out_there(
    phone: tuple[Pages, str, dict[str, Any]], visit: Visit, service: PushService, engine: sa.Engine
) -> None:
    lost, key, offer = phone
    desk = visit(MINJI)
    here = turn_on(desk, service.subscribe().offer())
    desk.post(f"/push/subscriptions/{key}/test")
    desk.post(f"/me/sessions/{sign_in_of(lost, engine)}/revoke")
    assert kept(engine) == {here}
    with reading_session(engine) as session:
        assert session.scalars(sa.select(PushMessage.id)).all() == []
    # Signed in there again, it is asked anew: nothing comes back by itself.
    again = visit(MINJI)
    assert refresh(again, key, offer) == 404
    anew = turn_on(again, offer)
    assert kept(engine) == {here, anew}


def test_signed_out_everywhere_else(
    phone: tuple[Pages, str, dict[str, Any]], visit: Visit, service: PushService, engine: sa.Engine
) -> None:
    desk, neighbour = visit(MINJI), visit(JUN)
    here = turn_on(desk, service.subscribe().offer())
    theirs = turn_on(neighbour, service.subscribe().offer())
    older = PushSubscription.id == UUID(turn_on(visit(MINJI), service.subscribe().offer()))
    with engine.begin() as connection:
        # Of browsers turned on before this was kept, nobody knows the sign-in.
        connection.execute(sa.update(PushSubscription).where(older).values(sign_in_id=None))
    desk.post("/me/sessions/others/revoke")
    assert kept(engine) == {here, theirs}


def test_signed_out_here_without_a_script(
    phone: tuple[Pages, str, dict[str, Any]], engine: sa.Engine
) -> None:
    phone[0].post("/sign-out")
    assert kept(engine) == set()


def test_a_newer_sign_in_in_the_same_browser_is_the_one_that_counts(
    phone: tuple[Pages, str, dict[str, Any]], visit: Visit, engine: sa.Engine
) -> None:
    before, key, offer = phone
    now, desk = visit(MINJI), visit(MINJI)
    assert refresh(now, key, offer) == 204
    desk.post(f"/me/sessions/{sign_in_of(before, engine)}/revoke")
    assert kept(engine) == {key}
    desk.post(f"/me/sessions/{sign_in_of(now, engine)}/revoke")
    assert kept(engine) == set()


def test_signing_in_again_in_the_same_browser_takes_its_notices_along(
    phone: tuple[Pages, str, dict[str, Any]], visit: Visit, engine: sa.Engine
) -> None:
    # Before its script says so: a page may not have been read since.
    pages, key, _ = phone
    pages.post("/sign-in/demo", who="minji")
    pages.post("/me/sessions/others/revoke")
    assert kept(engine) == {key}
    visit(MINJI).post(f"/me/sessions/{sign_in_of(pages, engine)}/revoke")
    assert kept(engine) == set()


def test_another_who_signs_in_there_takes_nothing_along(
    phone: tuple[Pages, str, dict[str, Any]], visit: Visit, engine: sa.Engine
) -> None:
    pages, key, _ = phone
    before = sign_in_of(pages, engine)
    pages.post("/sign-in/demo", who="jun")
    pages.post("/me/sessions/others/revoke")
    assert kept(engine) == {key}
    visit(MINJI).post(f"/me/sessions/{before}/revoke")
    assert kept(engine) == set()


def test_anothers_sign_in_ends_nothing(
    phone: tuple[Pages, str, dict[str, Any]], visit: Visit, engine: sa.Engine
) -> None:
    pages, key, _ = phone
    visit(JUN).post(f"/me/sessions/{sign_in_of(pages, engine)}/revoke", expect=404)
    assert kept(engine) == {key}
