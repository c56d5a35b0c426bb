"""Facts told when somebody is to hear by mail what no browser tells them. Ids alone."""

from uuid import UUID

from services.outbox import Event


class LetterAwaited(Event, frozen=True):
    """A person is to hear by mail of a step of a report."""

    kind = "reports.letter_awaited"

    entry_id: UUID
    person_id: UUID
