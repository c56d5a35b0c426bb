"""What follows for other bodies when a report was opened: it is put on its way to them."""

from participation.events.reports import ReportOpened
from participation.reports.forwarding.actions import send_on
from participation.reports.models import Report
from services import clock
from services.auth import Actor
from services.db import Session

SYSTEM = Actor(None)


def forward_opened(session: Session, event: ReportOpened) -> None:
    """Put the report on its way; the letter itself is carried by jobs_forward."""
    report = session.get(Report, event.report_id)
    if report is not None:
        send_on(session, SYSTEM, report, at=clock.now())
