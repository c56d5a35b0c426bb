"""A sealed token carries its ids to its one purpose, and none that we did not seal."""

import hashlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tokens import hash_of, sealed, unsealed

ONE, OTHER = UUID(int=7), UUID(int=2**127 + 5)


@given(st.lists(st.uuids(), min_size=1, max_size=4), st.text(), st.text())
def test_what_is_sealed_comes_out_again(ids: list[UUID], secret: str, purpose: str) -> None:
    secret, purpose = (
        secret.encode(errors="ignore").decode(),
        purpose.encode(errors="ignore").decode(),
    )
    assert unsealed(secret, purpose, sealed(secret, purpose, *ids)) == tuple(ids)


@pytest.mark.parametrize(("secret", "purpose"), [("key", "photo"), ("kez", "stop")])
def test_it_is_good_for_one_purpose_of_one_city(secret: str, purpose: str) -> None:
    assert unsealed(secret, purpose, sealed("key", "stop", ONE)) == ()


def test_a_changed_letter_opens_nothing() -> None:
    token = sealed("key", "stop", ONE, OTHER)
    for at in range(len(token)):
        other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert unsealed("key", "stop", other) == ()


@pytest.mark.parametrize("odd", ["", "A", "====", "가", "a b", "A" * 22, "A" * 5000, "/+/+"])
def test_what_is_no_token_opens_nothing(odd: str) -> None:
    assert unsealed("key", "stop", odd) == ()


def test_of_a_token_sha_256_is_kept() -> None:
    assert hash_of("token") == hashlib.sha256(b"token").hexdigest()
