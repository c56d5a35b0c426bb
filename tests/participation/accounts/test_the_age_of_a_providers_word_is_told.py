"""Who gives roles reads since when the provider has not said that someone holds one."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask

from participation.accounts import actions
from participation.accounts.actions_identity import admit_identity
from participation.accounts.models import PersonRole
from participation.accounts.queries_people import Sought, page_of
from services import clock
from services.auth import STRANGER, Actor, Role
from services.db import Session, unit_of_work
from tests.conftest import AT
from tests.pages import Pages
from tests.participation.accounts.test_a_providers_word_holds_for_a_day import DAY, KIM
from tests.people import HANA

NAME = "길동"
GIL = msgspec.structs.replace(KIM, name=NAME)


def told(session: Session, days: int) -> list[tuple[str, int, int, bool]]:
    """Return of each role, days later: how old its word is, when it ends, and if it is old."""
    now = AT + days * DAY
    (line,) = page_of(session, Sought(NAME, "everyone"), now).people
    return [(w.role, (now - w.at).days, (w.ends_at - now).days, w.old) for w in line.words]


def test_it_is_told_of_what_the_provider_gave_alone(session: Session) -> None:
    person = admit_identity(session, STRANGER, GIL, at=AT)
    assert told(session, 0) == [("moderator", 0, 30, False)]
    assert told(session, 12) == [("moderator", 12, 18, True)]
    admit_identity(session, STRANGER, GIL, at=AT + 12 * DAY)
    assert told(session, 12) == [("moderator", 0, 30, False)]
    actions.change_role(session, HANA, person, Role.MODERATOR, give=True, at=AT)
    assert told(session, 12) == []


@pytest.mark.parametrize(
    ("lang", "said", "ends"),
    [
        ("ko", "시 통합 계정이 마지막으로 확인해 준 때:", "로그인하지 않으면"),
        ("en", "last confirmed by the city account", "Unless they do, the role ends on"),
    ],
)
def test_the_page_of_people_and_roles_says_it(
    app: Flask, visit: Callable[[Actor | None], Pages], lang: str, said: str, ends: str
) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        admit_identity(session, STRANGER, GIL, at=clock.now())
    pages = visit(HANA)
    pages.client.set_cookie("lang", lang)
    page = pages.get("/console/people/")
    assert page.count(said) == 1
    assert ends not in page
    with unit_of_work(app.extensions["engine"]) as session:
        given = sa.update(PersonRole).where(PersonRole.issuer.is_not(None))
        session.execute(given.values(confirmed_at=clock.now() - timedelta(days=3)))
    page = pages.get("/console/people/")
    assert {"ko": "3일 전", "en": "3 days ago"}[lang] in page
    assert ends in page
