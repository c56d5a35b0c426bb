"""Taking off what a resident said of a settling: hateful words, or a name, and not the report."""

from datetime import datetime
from uuid import UUID

from participation.events.reports import ReportChanged
from participation.reports.access import hold
from participation.reports.history.chain import add_entry, withhold
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import CONFIRMED, DISPUTED, WORDS_TAKEN
from services import audit, outbox
from services.auth import Actor
from services.db import Session
from services.errors import RefusedError


def take_words_off(
    session: Session, actor: Actor, report: Report, entry_id: UUID | None, *, at: datetime
) -> None:
    """Take the words off for good with which a resident confirmed or disputed a settling.

    That they did stays in the story, and in its chain. Raises RefusedError for what is no such
    step of this report, and for one that has no words any more.
    """
    hold(session, report)
    entry = session.get(ReportEntry, entry_id, populate_existing=True) if entry_id else None
    if entry is None or entry.report_id != report.id or not _has_words(entry):
        raise RefusedError("words_gone")
    withhold(session, entry)
    report.changed_at = at
    step = ReportEntry(report_id=report.id, at=at, kind=WORDS_TAKEN, text="", role="staff")
    step.actor_id, step.public = actor.id, False
    add_entry(session, step)
    audit.record(session, actor.id, "take_words_off", "report", str(report.id), at=at)
    told = ReportChanged(report_id=report.id, what="take_words_off")
    outbox.publish(session, told, at=at)


def _has_words(entry: ReportEntry) -> bool:
    return entry.public and entry.kind in (CONFIRMED, DISPUTED) and entry.text != ""
