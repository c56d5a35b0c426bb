"""Facts told when those who live with a report are asked about it. Ids alone."""

from uuid import UUID

from services.outbox import Event


class SettlingAsked(Event, frozen=True):
    """Somebody whom no browser reaches is to be asked by mail whether it is really fixed."""

    kind = "reports.settling_asked"

    asking_id: UUID
