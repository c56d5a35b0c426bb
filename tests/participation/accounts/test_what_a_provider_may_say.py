"""Claims are read strictly: nobody gets a role or an address by an odd word."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth import Role
from services.auth.claims import completed, identity_of, lacks
from services.config import SettingsError, load
from services.roles import Rule, parse_rules

ISSUER = "https://login.example.org"
TEAM = parse_rules("moderator:groups=city-team")
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def test_rules_are_read_one_by_one() -> None:
    assert parse_rules("moderator:groups=city-team, resident:address.locality=하늘시") == (
        Rule(Role.MODERATOR, "groups", "city-team"),
        Rule(Role.RESIDENT, "address.locality", "하늘시"),
    )
    assert parse_rules("officer:https://city.example/roles=a=b") == (
        Rule(Role.OFFICER, "https://city.example/roles", "a=b"),
    )
    assert parse_rules("") == ()


@pytest.mark.parametrize("odd", ["mayor:groups=x", "moderator", "moderator:groups", "a:=x", "x=y"])
def test_an_odd_rule_is_refused(odd: str) -> None:
    with pytest.raises(ValueError, match="is not like"):
        parse_rules(odd)


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("city-team", True),
        (["runners", "city-team"], True),
        ("city-team-guests", False),
        (["city-teams"], False),
        ({"city-team": True}, False),
        ([["city-team"]], False),
        (True, False),
        (None, False),
    ],
)
def test_a_role_needs_the_very_word(claim: Any, holds: bool) -> None:
    found = identity_of(ISSUER, {"sub": "1", "groups": claim}, TEAM)
    assert found is not None
    assert (Role.MODERATOR in found.roles) is holds
    assert Role.RESIDENT in found.roles


def test_a_boolean_claim_can_be_a_rule() -> None:
    rules = parse_rules("resident:lives_here=true")
    for said, roles in ((True, {Role.RESIDENT}), (False, set()), ("no", set())):
        found = identity_of(ISSUER, {"sub": "1", "lives_here": said}, rules)
        assert found is not None
        assert found.roles == roles


def test_a_whole_address_fills_in_for_half_of_one() -> None:
    rules = parse_rules("resident:address.locality=Haneul")
    half = {"sub": "1", "address": {"country": "KR"}, "email": "a@example.org"}
    whole = {"sub": "1", "address": {"locality": "Haneul"}, "email": "b@example.org"}
    assert lacks(half, rules)
    assert not lacks(whole, rules)
    told = completed(half, whole, rules)
    assert (told["address"], told["email"]) == (whole["address"], "a@example.org")


@given(st.dictionaries(st.sampled_from(["sub", "name", "email", "email_verified", "groups"]), ANY))
def test_whatever_is_claimed_gives_no_more_than_the_rules(claims: dict[str, Any]) -> None:
    found = identity_of(ISSUER, claims, TEAM)
    if found is None:
        return
    assert found.roles <= {Role.RESIDENT, Role.MODERATOR}
    assert found.email is None or claims["email_verified"] is True
    assert len(found.name) <= 80
    assert 0 < len(found.subject) <= 255


@pytest.mark.parametrize("subject", [None, "", 7, "x" * 256, ["1"]])
def test_without_a_subject_there_is_nobody(subject: Any) -> None:
    assert identity_of(ISSUER, {"sub": subject}, ()) is None


@pytest.mark.parametrize(
    "odd",
    [
        {"MADANG_OIDC_ISSUER": "https://login.example.org"},
        {"MADANG_OIDC_ISSUER": "login.example.org", "MADANG_OIDC_CLIENT_ID": "a"},
        {"MADANG_OIDC_ISSUER": "ftp://login.example.org"},
    ],
)
def test_half_a_provider_stops_the_start(odd: dict[str, str], tmp_path: Any) -> None:
    base = {"MADANG_DATA_DIR": str(tmp_path), "MADANG_OIDC_CLIENT_SECRET": "s"}
    with pytest.raises(SettingsError):
        load(base | odd)


def test_a_provider_without_https_stops_production(tmp_path: Any) -> None:
    told = {
        "MADANG_MODE": "production",
        "MADANG_SECRET_KEY": "k" * 40,
        "MADANG_BASE_URL": "https://city.example",
        "MADANG_SMTP_URL": "smtp://mail.example.org",
        "MADANG_DATA_DIR": str(tmp_path),
        "MADANG_OIDC_CLIENT_ID": "madang",
        "MADANG_OIDC_CLIENT_SECRET": "s",
    }
    with pytest.raises(SettingsError):
        load(told | {"MADANG_OIDC_ISSUER": "http://login.example.org"})
    assert load(told | {"MADANG_OIDC_ISSUER": ISSUER}).oidc_issuer == ISSUER
