"""Closed is not fixed: what was called settled goes on, promised anew, whoever says so."""

from datetime import datetime
from uuid import UUID, uuid4

from participation.events.reports import ReportChanged, ReportMoved
from participation.reports.clusters import keep_clusters
from participation.reports.history.chain import add_entry
from participation.reports.models import Report, ReportEntry
from participation.reports.promises.rules import rises_at
from participation.reports.rough import spot_of
from participation.reports.routing.queries import calendar_of, route
from participation.reports.rules import DISPUTED, PROMISED, SEVERITY, Category, Status
from services import audit, outbox
from services.auth import Actor
from services.db import Session


def dispute_report(
    session: Session, actor: Actor, report: Report, text: str, role: str, *, at: datetime
) -> UUID:
    """Let work on a settled report go on, in public; return the step that says so.

    `role` is who speaks, as the thread names them. Whether they may is for the caller to know.
    """
    report.status, report.ended_at = Status.DISPUTED.value, None
    report.changed_at = at
    promise_anew(session, actor, report, at=at)
    keep_clusters(session, report, at=at)
    entry = ReportEntry(
        id=uuid4(),
        report_id=report.id,
        at=at,
        kind=DISPUTED,
        status=Status.DISPUTED.value,
        text=text.strip(),
        role=role,
        actor_id=actor.id,
        public=True,
    )
    add_entry(session, entry)
    audit.record(session, actor.id, "dispute_report", "report", str(report.id), at=at)
    told = ReportMoved(report_id=report.id, entry_id=entry.id, status=report.status)
    outbox.publish(session, told, at=at)
    return entry.id


def promise_anew(session: Session, actor: Actor, report: Report, *, at: datetime) -> None:
    """Let a report that goes on have the promise of one that was told now.

    The first promise stands in the public numbers: a new one makes no broken word whole. What the
    old one raised is lowered again. The public step that says so is for the caller to add: its
    report's story seals each promise.
    """
    category = Category(report.category)
    report.due_at = route(session, category, *spot_of(session, report), at).due_at
    report.rises_at = rises_at(calendar_of(session), at, report.due_at)
    report.escalated_at, report.severity = None, SEVERITY[category]
    audit.record(session, actor.id, "promise_anew", "report", str(report.id), at=at)


def renew_promise(
    session: Session, actor: Actor, report: Report, since: datetime, *, at: datetime
) -> None:
    """Promise anew, in public, what goes on `since` staff opened it again.

    Nothing is said where the same day is promised: opened again before it was worked on.
    """
    before = report.due_at
    promise_anew(session, actor, report, at=since)
    if report.due_at == before:
        return
    entry = ReportEntry(report_id=report.id, at=at, kind=PROMISED, role="system", public=True)
    add_entry(session, entry)
    outbox.publish(session, ReportChanged(report_id=report.id, what="renew_promise"), at=at)
