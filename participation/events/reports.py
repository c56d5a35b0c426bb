"""Facts told by reports. Ids and a small snapshot; no word a person wrote, no person's name."""

from uuid import UUID

from services.outbox import Event


class ReportOpened(Event, frozen=True):
    """A resident told of a problem."""

    kind = "reports.report_opened"

    report_id: UUID
    reporter_id: UUID | None
    category: str
    lat: float
    lon: float


class ReportMoved(Event, frozen=True):
    """A report took another status, with or without an answer."""

    kind = "reports.report_moved"

    report_id: UUID
    entry_id: UUID
    status: str


class ReportChanged(Event, frozen=True):
    """Something staff see of a report changed: assignee, note, picture."""

    kind = "reports.report_changed"

    report_id: UUID
    what: str
