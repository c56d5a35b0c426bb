"""Facts told by alerts. Ids only: what a person follows is nobody else's."""

from uuid import UUID

from services.outbox import Event


class DigestMade(Event, frozen=True):
    """What was found for a person since the last time was put together, to be mailed."""

    kind = "alerts.digest_made"

    person_id: UUID
    digest_id: UUID
