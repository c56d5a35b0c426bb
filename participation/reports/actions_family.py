"""Reports that belong together: large troubles in parts, and what is told again."""

from datetime import datetime

from sqlalchemy import select

from participation.events.reports import ReportChanged
from participation.reports.access import hold
from participation.reports.actions import answer_report
from participation.reports.models import Report
from participation.reports.queries_family import can_be_part, parts_of, takes_parts
from participation.reports.rules import ENDED, Status, staff_moves
from services import audit, outbox
from services.auth import Actor
from services.db import Session
from services.errors import RefusedError


def tell_again(
    session: Session, actor: Actor, report: Report, earlier: Report, *, at: datetime
) -> None:
    """Note that a new report tells again of what an earlier one was settled of."""
    if report.earlier_id is None and report.id != earlier.id:
        report.earlier_id = earlier.id
        _changed(session, actor, "tell_again", report, at)


def attach_part(
    session: Session, actor: Actor, report: Report, part: Report, *, at: datetime
) -> None:
    """Make a report a part of another, of at most ten; parts have no parts themselves.

    Raises RefusedError where the two cannot be parent and part.
    """
    hold(session, report, part)
    fits = select(Report.id).where(Report.id == part.id, can_be_part(report))
    if not takes_parts(session, report) or session.scalar(fits) is None:
        raise RefusedError("report_cannot_be_part")
    part.parent_id = report.id
    _changed(session, actor, "attach_part", part, at)


def detach_part(session: Session, actor: Actor, part: Report, *, at: datetime) -> None:
    """Let a part stand by itself again; doing it twice changes nothing."""
    hold(session, part)
    if part.parent_id is not None:
        part.parent_id = None
        _changed(session, actor, "detach_part", part, at)


def answer_parts(
    session: Session, actor: Actor, report: Report, status: Status, text: str, *, at: datetime
) -> int:
    """Give the open parts the actor may handle the answer of the whole; return how many took it."""
    parts = parts_of(session, actor, report)
    hold(session, *parts)
    open_ones = [p for p in parts if Status(p.status) not in ENDED]
    heard = [p for p in open_ones if status in staff_moves(Status(p.status))]
    for part in heard:
        answer_report(session, actor, part, status, text, at=at)
    audit.record(session, actor.id, "answer_parts", "report", str(report.id), at=at)
    return len(heard)


def _changed(session: Session, actor: Actor, verb: str, part: Report, at: datetime) -> None:
    session.flush()
    audit.record(session, actor.id, verb, "report", str(part.id), at=at)
    outbox.publish(session, ReportChanged(report_id=part.id, what=verb), at=at)
