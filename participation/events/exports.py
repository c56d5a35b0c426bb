"""Facts told by exports of reports. Ids only."""

from uuid import UUID

from services.outbox import Event


class ExportAwaited(Event, frozen=True):
    """A file was asked for, or a part of it was written and the next is to follow."""

    kind = "reports.export_awaited"

    export_id: UUID
    part: int
