"""Writing files of reports beside the pages, and deleting them when their time is over."""

from datetime import datetime

from participation.events.exports import ExportAwaited
from participation.events.reports import ReportMoved
from participation.reports.exports.actions import forget_exports, write_part
from participation.reports.exports.models import ReportExport
from participation.reports.exports.queries import expired, told_publicly
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import PUBLIC, Status
from services import clock, realtime
from services.auth import Actor
from services.db import Session

HOUR_S = 3600
AT_ONCE = 100
SYSTEM = Actor(None)


def write_awaited(session: Session, event: ExportAwaited) -> None:
    """Write the next part of a file and nudge the page that shows how far it is."""
    row = session.get(ReportExport, event.export_id, populate_existing=True)
    if row is None:
        return
    write_part(session, SYSTEM, row, event.part, at=clock.now())
    realtime.nudge(session, f"export:{row.id}", {"kind": "export", "id": str(row.id)})


def end_hidden(session: Session, event: ReportMoved) -> None:
    """Let no public file go on telling what was taken from the public since."""
    if Status(event.status) not in PUBLIC:
        report = session.get_one(Report, event.report_id)
        hidden_at = session.get_one(ReportEntry, event.entry_id).at
        ids = told_publicly(session, report.opened_at, hidden_at)
        forget_exports(session, SYSTEM, ids, at=clock.now())


def forget_expired(session: Session, at: datetime) -> None:
    """Delete every file whose seven days are over."""
    forget_exports(session, SYSTEM, expired(session, at, AT_ONCE), at=at)
