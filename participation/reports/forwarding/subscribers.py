"""What follows for other bodies: a report goes to them, and what people say of it later."""

from participation.events.reports import ReportMoved, ReportOpened
from participation.reports.forwarding.actions import send_on
from participation.reports.forwarding.actions_follow import pass_word
from participation.reports.models import Report, ReportEntry
from services import clock
from services.auth import Actor
from services.db import Session

SYSTEM = Actor(None)


def forward_opened(session: Session, event: ReportOpened) -> None:
    """Put the report on its way; the letter itself is carried by the courier."""
    report = session.get(Report, event.report_id)
    if report is not None:
        send_on(session, SYSTEM, report, at=clock.now())


def pass_on_moved(session: Session, event: ReportMoved) -> None:
    """Put a dispute, a reopening or a word on the settling on its way to whoever has the report."""
    entry = session.get(ReportEntry, event.entry_id)
    if entry is not None:
        pass_word(session, SYSTEM, entry, at=clock.now())
