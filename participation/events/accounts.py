"""Facts told by accounts. Ids only."""

from uuid import UUID

from services.outbox import Event


class PersonJoined(Event, frozen=True):
    """Somebody who had no account has one now."""

    kind = "accounts.person_joined"

    person_id: UUID


class PersonErased(Event, frozen=True):
    """A person took back all they gave."""

    kind = "accounts.person_erased"

    person_id: UUID


class PersonRoleChanged(Event, frozen=True):
    """A person was given a role, or lost it."""

    kind = "accounts.person_role_changed"

    person_id: UUID
    role: str
    held: bool


class SessionRevoked(Event, frozen=True):
    """A sign-in ended before its time."""

    kind = "accounts.session_revoked"

    person_id: UUID
    session_id: UUID
