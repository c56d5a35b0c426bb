"""Closed is not fixed: those who follow a report say whether it is really settled."""

from datetime import datetime
from uuid import UUID

from participation.events.reports import ReportMoved
from participation.reports.access import may_judge
from participation.reports.history import add_entry
from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.rules import CONFIRMED, DISPUTED, Status
from services import audit, outbox
from services.auth import Actor
from services.db import Session
from services.errors import ForbiddenError, RefusedError


def judge_report(
    session: Session, actor: Actor, report: Report, text: str, *, settled: bool, at: datetime
) -> UUID:
    """Confirm that a report is settled, or dispute it: then work on it goes on.

    Raises ForbiddenError for who does not follow it, RefusedError for a second word or for a
    report that is not settled.
    """
    if actor.id is None or session.get(ReportFollow, (report.id, actor.id)) is None:
        raise ForbiddenError
    if not may_judge(session, actor, report):
        raise RefusedError("already_judged")
    if not settled:
        report.status, report.ended_at = Status.DISPUTED.value, None
    report.changed_at = at
    entry = ReportEntry(
        report_id=report.id,
        at=at,
        kind=CONFIRMED if settled else DISPUTED,
        status=None if settled else Status.DISPUTED.value,
        text=text.strip(),
        role="reporter" if report.reporter_id == actor.id else "resident",
        actor_id=actor.id,
        public=True,
    )
    add_entry(session, entry)
    verb = "confirm_report" if settled else "dispute_report"
    audit.record(session, actor.id, verb, "report", str(report.id), at=at)
    told = ReportMoved(report_id=report.id, entry_id=entry.id, status=report.status)
    outbox.publish(session, told, at=at)
    return entry.id
