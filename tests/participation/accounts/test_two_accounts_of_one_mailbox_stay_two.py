"""An account an earlier version gave each way of writing one mailbox is found by its own way."""

from uuid import UUID

import pytest

from participation.accounts import actions, actions_codes, actions_identity, directory
from participation.accounts.models import Person
from services.auth import STRANGER, Role
from services.auth.claims import Identity
from services.db import Session
from tests.conftest import AT
from tests.people import HANA

SECRET = "s" * 40
HANGUL, ASCII = "lee@회사.kr", "lee@xn--vf4b131b.kr"


@pytest.fixture
def both(session: Session) -> dict[str, UUID]:
    """Two accounts of one mailbox, as they were kept before addresses had one form."""
    found = {}
    for address in (ASCII, HANGUL):
        person = Person(display_name="이", email=address, language="ko", created_at=AT)
        session.add(person)
        session.flush()
        found[address] = person.id
    return found


@pytest.mark.parametrize(
    ("typed", "whose"),
    [
        (HANGUL, HANGUL),
        (f" {HANGUL.title()}", HANGUL),
        (ASCII, ASCII),
        (ASCII.upper(), ASCII),
        ("lee@회사。kr", ASCII),
    ],
)
def test_a_code_signs_in_to_the_one_it_always_did(
    session: Session, both: dict[str, UUID], typed: str, whose: str
) -> None:
    code = actions_codes.request_code(session, SECRET, typed, at=AT)
    found = actions_codes.redeem_code(session, SECRET, typed, code, at=AT)
    assert found == both[whose] == directory.by_email(session, typed)


@pytest.mark.parametrize("typed", [HANGUL, ASCII])
def test_a_provider_leads_to_it_too(session: Session, both: dict[str, UUID], typed: str) -> None:
    said = Identity("https://id.example.org", "7", "이", typed, frozenset(), frozenset())
    assert actions_identity.admit_identity(session, STRANGER, said, at=AT) == both[typed]


def test_one_account_is_found_either_way(session: Session) -> None:
    made = actions.join(session, STRANGER, "이", ASCII, at=AT)
    assert {directory.by_email(session, typed) for typed in (HANGUL, ASCII)} == {made}
    assert actions.grant_by_address(session, HANA, HANGUL, Role.OFFICER, at=AT) == "이"
