"""What follows for other bodies: a report goes to them, and what is said and shown of it later."""

from datetime import timedelta

from participation.events.reports import ReportChanged, ReportMoved, ReportOpened
from participation.reports.forwarding.actions import send_after_all, send_on
from participation.reports.forwarding.actions_follow import pass_photos, pass_word
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import UNDO_S
from services import clock
from services.auth import Actor
from services.db import Session

SYSTEM = Actor(None)
# What is heard of may be later than what happened: another photo may be shown only just now.
STILL_UNDONE = timedelta(seconds=UNDO_S)
# Changes after which a report may show a photo that it did not show before.
SHOWING = ("add_picture", "cover_photo", "restore_photo", "show_photo", "uncover_photo")


def forward_opened(session: Session, event: ReportOpened) -> None:
    """Put the report on its way; the letter itself is carried by the courier."""
    report = session.get(Report, event.report_id)
    if report is not None:
        send_on(session, SYSTEM, report, at=clock.now())


def pass_on_moved(session: Session, event: ReportMoved) -> None:
    """Put a dispute, a reopening or a word on the settling on its way to whoever has the report.

    One that everyone sees again shows its photos again; one that goes on again goes to whom it
    was kept from.
    """
    entry, at = session.get(ReportEntry, event.entry_id), clock.now()
    send_after_all(session, SYSTEM, event.report_id, at=at)
    if entry is not None:
        pass_word(session, SYSTEM, entry, at=at)
        pass_photos(session, SYSTEM, event.report_id, due_at=at + STILL_UNDONE, at=at)


def pass_on_photos(session: Session, event: ReportChanged) -> None:
    """Put a photo that was hung since on its way to whoever has the report.

    Any change may be a settling, a hiding or a joining that was taken back: then it goes on again.
    """
    at = clock.now()
    send_after_all(session, SYSTEM, event.report_id, at=at)
    if event.what in SHOWING:
        pass_photos(session, SYSTEM, event.report_id, due_at=at + STILL_UNDONE, at=at)
