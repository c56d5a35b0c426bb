"""What the provider does not decide is given at the first sign-in and never again."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from participation.accounts.actions import change_role
from participation.accounts.actions_identity import admit_identity
from participation.accounts.models import PersonRole
from services.auth import STRANGER, Role
from services.auth.claims import Identity
from services.db import Session
from tests.people import HANA

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
KIM = Identity(
    issuer="https://login.example.org",
    subject="kim",
    name="김",
    email="kim@example.org",
    roles=frozenset({Role.RESIDENT, Role.MODERATOR}),
    managed=frozenset({Role.MODERATOR}),
)


def roles(session: Session, person_id: UUID) -> set[str]:
    query = select(PersonRole.role).where(PersonRole.person_id == person_id)
    return set(session.scalars(query))


def test_a_role_withdrawn_stays_withdrawn(session: Session) -> None:
    person_id = admit_identity(session, STRANGER, KIM, at=AT)
    assert roles(session, person_id) == {"resident", "moderator"}
    change_role(session, HANA, person_id, Role.RESIDENT, give=False, at=AT)
    assert admit_identity(session, STRANGER, KIM, at=AT) == person_id
    assert roles(session, person_id) == {"moderator"}
