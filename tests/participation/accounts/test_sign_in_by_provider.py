"""Signing in where the city's own identity provider vouches for people."""

from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask, request

from participation.accounts.models import Person, PersonIdentity, PersonRole
from services.db import Session, unit_of_work
from services.outbox.events import OutboxEvent
from tests.conftest import AT
from tests.oidc import settings as told_of
from tests.participation.accounts.conftest import City, Through

TEAM = {"MADANG_OIDC_ROLES": "moderator:groups=city-team, officer:groups=field-team"}


def people(app: Flask) -> list[Person]:
    """Return who joined by the provider's word."""
    with Session(app.extensions["engine"], expire_on_commit=False) as session:
        linked = sa.select(PersonIdentity.person_id)
        return list(session.scalars(sa.select(Person).where(Person.id.in_(linked))))


def roles(app: Flask) -> set[str]:
    with Session(app.extensions["engine"]) as session:
        linked = sa.select(PersonIdentity.person_id)
        return set(
            session.scalars(sa.select(PersonRole.role).where(PersonRole.person_id.in_(linked)))
        )


def account(app: Flask, email: str) -> Person:
    """Let someone with this address live here already."""
    with unit_of_work(app.extensions["engine"]) as session:
        person = Person(display_name="Known", email=email, language="ko", created_at=AT)
        session.add(person)
    return person


def test_a_stranger_becomes_a_resident_and_lands_where_they_wanted(
    city: City, go_through: Through
) -> None:
    app = city()
    client = app.test_client()
    answer = go_through(client, "kim", to="/me")
    assert (answer.status_code, answer.location) == (303, "/me")
    assert "Kim Min-ji" in client.get("/me").text
    assert [(p.email, p.display_name) for p in people(app)] == [("kim@example.org", "Kim Min-ji")]
    assert roles(app) == {"resident"}


def test_the_second_time_it_is_the_same_person(city: City, go_through: Through) -> None:
    app = city()
    for _ in range(2):
        assert go_through(app.test_client(), "kim").status_code == 303
    assert len(people(app)) == 1


def test_a_verified_address_leads_to_its_account(city: City, go_through: Through) -> None:
    app = city()
    known = account(app, "kim@example.org")
    go_through(app.test_client(), "kim")
    assert [p.id for p in people(app)] == [known.id]


@pytest.mark.parametrize("login", ["lee", "cho"])
def test_an_unverified_address_leads_to_no_account(
    city: City, go_through: Through, login: str
) -> None:
    app = city()
    known = account(app, f"{login}@example.org")
    client = app.test_client()
    go_through(client, login)
    (joined,) = people(app)
    assert joined.id != known.id
    # Nor is it kept: whoever owns it could otherwise walk in by a mailed code.
    assert joined.email is None


def test_someone_without_a_name_is_let_in_too(city: City, go_through: Through) -> None:
    app = city()
    assert go_through(app.test_client(), "nobody").status_code == 303
    assert [p.display_name for p in people(app)] == ["새 이웃"]


def test_groups_give_nothing_unless_a_rule_says_so(city: City, go_through: Through) -> None:
    app = city()
    go_through(app.test_client(), "seo")
    assert roles(app) == {"resident"}


def test_a_rule_gives_its_role_and_no_other(city: City, go_through: Through) -> None:
    app = city(**TEAM)
    client = app.test_client()
    go_through(client, "seo")
    assert roles(app) == {"resident", "moderator"}
    assert client.get("/console/").status_code == 200
    with Session(app.extensions["engine"]) as session:
        kinds = session.scalars(sa.select(OutboxEvent.kind))
        assert list(kinds).count("accounts.person_role_changed") == 2


def test_residency_can_be_the_providers_to_say(city: City, go_through: Through) -> None:
    app = city(MADANG_OIDC_ROLES="resident:address.locality=Haneul")
    go_through(app.test_client(), "kim")
    assert roles(app) == set()
    go_through(app.test_client(), "seo")
    assert roles(app) == {"resident"}


def test_what_a_rule_needs_is_asked_for(city: City) -> None:
    rules = "resident:address.locality=Haneul, moderator:groups=city-team, officer:desk=roads"
    asked = str(city(MADANG_OIDC_ROLES=rules).test_client().get("/sign-in/oidc").location)
    # The provider does not offer a scope of the desk: asking for it might be refused.
    assert parse_qs(urlsplit(asked).query)["scope"] == ["openid email profile address groups"]


def test_what_the_first_answer_lacks_is_asked_for(city: City, go_through: Through) -> None:
    app = city(**TEAM)
    go_through(app.test_client(), "han")
    assert roles(app) == {"resident", "moderator"}


def test_a_role_goes_with_the_group_that_gave_it(city: City, go_through: Through) -> None:
    app = city(**TEAM)
    go_through(app.test_client(), "seo")
    (person,) = people(app)
    with unit_of_work(app.extensions["engine"]) as session:
        # The same person, as the provider will know them: out of the team.
        session.execute(sa.update(PersonIdentity).values(subject="seo-left"))
        # An officer by an operator's hand, whatever the provider says.
        session.add(PersonRole(person_id=person.id, role="officer"))
    go_through(app.test_client(), "seo-left")
    assert roles(app) == {"resident", "officer"}


def test_the_way_is_guarded_by_challenge_state_and_nonce(city: City) -> None:
    asked = parse_qs(urlsplit(str(city().test_client().get("/sign-in/oidc").location)).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))


def test_turning_round_at_the_door_is_met_with_a_way_on(city: City, go_through: Through) -> None:
    app = city()
    answer = go_through(app.test_client(), "kim", declines=True)
    assert answer.status_code == 403
    assert "/sign-in?next=/" in answer.text
    assert people(app) == []


def test_an_answer_nobody_asked_for_is_refused(city: City, go_through: Through) -> None:
    app = city()
    client = app.test_client()
    client.get("/sign-in/oidc")
    for forged in ("code=x&state=forged", "", "code=x", "state=&code="):
        answer = client.get("/sign-in/oidc/callback?" + forged)
        assert (answer.status_code, "/sign-in?next=/" in answer.text) == (400, True), forged
    assert people(app) == []


def test_an_answer_counts_once_and_in_one_browser(city: City, go_through: Through) -> None:
    app = city()
    client, other = app.test_client(), app.test_client()
    seen: list[str] = []
    app.before_request(lambda: seen.append(request.full_path))
    go_through(client, "kim")
    back = next(one for one in seen if "code=" in one)
    for browser in (client, other):
        assert browser.get(back).status_code == 400
    assert len(people(app)) == 1


def test_an_answer_of_another_provider_is_refused(city: City) -> None:
    client = city().test_client()
    state = parse_qs(urlsplit(str(client.get("/sign-in/oidc").location)).query)["state"][0]
    path = f"/sign-in/oidc/callback?code=x&state={state}&iss=https://evil.example"
    assert client.get(path).status_code == 400


def test_a_provider_that_is_away_takes_nothing_down(city: City) -> None:
    away = told_of("http://127.0.0.1:9")
    client = city(**away).test_client()
    answer = client.get("/sign-in/oidc")
    assert answer.status_code == 503
    assert "/sign-in?next=/" in answer.text
    assert client.get("/sign-in").status_code == 200


def test_a_document_of_another_issuer_is_not_believed(city: City, issuer: str) -> None:
    other = told_of(issuer.replace("127.0.0.1", "localhost"))
    assert city(**other).test_client().get("/sign-in/oidc").status_code == 400


def test_many_doors_opened_do_not_outgrow_the_cookie(city: City, go_through: Through) -> None:
    client = city().test_client()
    for _ in range(12):
        client.get("/sign-in/oidc")
    cookie = client.get_cookie("madang_form")
    assert cookie is not None
    assert len(cookie.value) < 2000
    assert go_through(client, "kim").status_code == 303


def test_the_door_is_shown_only_where_there_is_one(city: City, app: Flask) -> None:
    assert "/sign-in/oidc" in city().test_client().get("/sign-in").text
    assert "/sign-in/oidc" not in app.test_client().get("/sign-in").text
    assert app.test_client().get("/sign-in/oidc").status_code == 404
    assert app.test_client().get("/sign-in/oidc/callback").status_code == 404


def test_nobody_is_led_elsewhere_afterwards(city: City, go_through: Through) -> None:
    answer = go_through(city().test_client(), "kim", to="//evil.example")
    assert answer.location == "/"
