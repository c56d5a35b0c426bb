"""Taking an answer back within seconds, before any phone is told of it."""

from datetime import datetime, timedelta

from sqlalchemy import select

from participation.events.reports import ReportChanged
from participation.reports.access import hold, settled_since
from participation.reports.clusters import keep_clusters
from participation.reports.history.chain import take_back
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import ENDED, UNDO_S, Status
from services import audit, outbox
from services.auth import Actor
from services.db import Session
from services.errors import RefusedError


def withdraw_answers(session: Session, actor: Actor, given_at: datetime, *, at: datetime) -> int:
    """Take back what the actor answered in one go at `given_at`; return how many reports moved.

    Raises RefusedError when it is too late, or when nothing of it can be taken back any more.
    """
    if at - given_at > timedelta(seconds=UNDO_S):
        raise RefusedError("too_late_to_undo")
    entries = session.scalars(
        select(ReportEntry).where(
            ReportEntry.actor_id == actor.id,
            ReportEntry.at == given_at,
            ReportEntry.kind == "answer",
            ReportEntry.public,
        )
    ).all()
    count = sum(_withdraw(session, actor, entry, at) for entry in entries)
    if count == 0:
        raise RefusedError("nothing_to_undo")
    return count


def _withdraw(session: Session, actor: Actor, entry: ReportEntry, at: datetime) -> bool:
    report = session.get_one(Report, entry.report_id)
    hold(session, report)
    story = session.scalars(
        select(ReportEntry)
        .where(ReportEntry.report_id == report.id, ReportEntry.public)
        .where(ReportEntry.status.is_not(None))
        .order_by(ReportEntry.at.desc(), ReportEntry.id.desc())
        .limit(2)
    ).all()
    # A later word stands on this one; a joined report has handed its followers on.
    if len(story) < 2 or story[0].id != entry.id or report.merged_into is not None:
        return False
    before = Status(str(story[1].status))
    report.status, report.changed_at = before.value, at
    take_back(session, entry, before.value, at=at)
    session.flush()
    report.ended_at = settled_since(session, report.id) if before in ENDED else None
    keep_clusters(session, report, at=at)
    audit.record(session, actor.id, "withdraw_answer", "report", str(report.id), at=at)
    outbox.publish(session, ReportChanged(report_id=report.id, what="withdraw_answer"), at=at)
    return True
