"""What a provider gave counts where it let someone in, for a day; then it is asked again."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import sqlalchemy as sa
from flask import Flask

from participation.accounts import actions, jobs, queries
from participation.accounts.actions_identity import admit_identity
from participation.accounts.models import PersonRole, SignInSession
from services import clock
from services.auth import STRANGER, Actor, Role
from services.auth.claims import Identity
from services.db import Session, unit_of_work
from tests.conftest import AT
from tests.participation.accounts.conftest import City, Through
from tests.people import HANA

ISSUER = "https://login.example.org"
TEAM = {"MADANG_OIDC_ROLES": "operator:groups=city-team"}
DAY = timedelta(days=1)
KIM = Identity(
    issuer=ISSUER,
    subject="kim",
    name="김",
    email="kim@example.org",
    roles=frozenset({Role.RESIDENT, Role.MODERATOR}),
    managed=frozenset({Role.MODERATOR}),
)


def seen(session: Session, person: UUID, at: datetime, issuer: str | None) -> Actor:
    """Return whom we see `at` in a sign-in of AT, by the provider's word or without one."""
    token = actions.sign_in(session, person, "Firefox", issuer=issuer, at=AT)
    session.flush()
    found = queries.identify(session, {queries.COOKIE: token}, at)
    assert found is not None
    return found


def test_it_counts_for_a_day_and_no_longer(session: Session) -> None:
    person = admit_identity(session, STRANGER, KIM, at=AT)
    early = seen(session, person, AT + DAY - timedelta(seconds=1), ISSUER)
    assert (early.roles, early.lapsed) == ({"resident", "moderator"}, frozenset())
    late = seen(session, person, AT + DAY, ISSUER)
    assert (late.roles, late.lapsed) == ({"resident"}, {"moderator"})


def test_it_counts_in_no_sign_in_by_another_way(session: Session) -> None:
    person = admit_identity(session, STRANGER, KIM, at=AT)
    for other in (None, "https://other.example.org"):
        assert not seen(session, person, AT, other).may("moderator")


def test_what_a_person_of_the_city_gave_counts_in_all(session: Session) -> None:
    person = admit_identity(session, STRANGER, KIM, at=AT)
    actions.change_role(session, HANA, person, Role.MODERATOR, give=True, at=AT)
    for came_by in (None, ISSUER):
        assert seen(session, person, AT + 2 * DAY, came_by).may("moderator")


def test_it_is_taken_back_where_nothing_was_heard_for_a_month(session: Session) -> None:
    person = admit_identity(session, STRANGER, KIM, at=AT)
    held = sa.select(PersonRole.role).where(PersonRole.person_id == person)
    admit_identity(session, STRANGER, KIM, at=AT + 20 * DAY)
    jobs.take_back_unheard(session, AT + 40 * DAY)
    assert set(session.scalars(held)) == {"resident", "moderator"}
    jobs.take_back_unheard(session, AT + 51 * DAY)
    assert set(session.scalars(held)) == {"resident"}


def test_to_live_here_counts_however_one_came_in(session: Session) -> None:
    neighbour = msgspec.structs.replace(KIM, managed=frozenset({Role.RESIDENT, Role.MODERATOR}))
    person = admit_identity(session, STRANGER, neighbour, at=AT)
    assert seen(session, person, AT + 40 * DAY, None).roles == {"resident"}
    held = sa.select(PersonRole.role).where(PersonRole.person_id == person)
    jobs.take_back_unheard(session, AT + 179 * DAY)
    assert set(session.scalars(held)) == {"resident"}
    jobs.take_back_unheard(session, AT + 181 * DAY)
    assert set(session.scalars(held)) == set()


def age(app: Flask, by: timedelta) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        session.execute(sa.update(SignInSession).values(created_at=clock.now() - by))


def test_the_console_asks_for_it_anew(city: City, go_through: Through) -> None:
    app = city(**TEAM)
    client = app.test_client()
    go_through(client, "seo")
    assert client.get("/console/").status_code == 200
    age(app, DAY)
    refused = client.get("/console/people/?query=a")
    assert refused.status_code == 403
    assert "/sign-in/oidc?next=/console/people/" in refused.text
    assert 'data-code="role_unconfirmed"' in refused.text
    token = {"csrf_token": refused.text.split('name="csrf_token" value="')[1].split('"')[0]}
    for sent, page in (("answers/", "answers/"), ("bulk?view=new", "?view%3Dnew")):
        kept = client.post(f"/console/{sent}", data=token)
        assert kept.status_code == 403
        assert f'"/sign-in/oidc?next=/console/{page}"' in kept.text.replace("%3F", "?")
    # The way to the console stays where it was, and the role is still told.
    assert 'href="/console/"' in client.get("/me").text
    go_through(client, "seo", to="/console/")
    assert client.get("/console/").status_code == 200
    with Session(app.extensions["engine"]) as session:
        alive = sa.select(sa.func.count()).where(SignInSession.revoked_at.is_(None))
        assert session.scalar(alive) == 1
