"""One lamp, one report: a report that is the same as another goes on in that one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from participation.events.reports import ReportChanged, ReportMoved
from participation.reports.access import hold, may_join
from participation.reports.clusters import keep_clusters
from participation.reports.followers import add_follower
from participation.reports.history.chain import add_entry
from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.queries_family import is_part_of, joined_into
from participation.reports.rules import ENDED, MERGED, PUBLIC, SENT_ON, Status
from services import audit, outbox
from services.auth import Actor
from services.db import Session
from services.errors import RefusedError


def merge_report(
    session: Session, actor: Actor, report: Report, into: Report, *, at: datetime
) -> UUID:
    """Close a report as the same as another, where its followers hear on; return the step's id.

    What was joined into it before goes on there too. Raises RefusedError where the other is not
    public, is settled, was itself joined or is a part of this one, and for a report that cannot be
    closed.
    """
    hold(session, report, into, *joined_into(session, report))
    goal, now = Status(into.status), Status(report.status)
    if goal not in PUBLIC or goal in ENDED or into.merged_into is not None:
        raise RefusedError("report_cannot_take_in")
    if report.id == into.id or not may_join(report):
        raise RefusedError("report_cannot_merge")
    own = select(Report.id).where(Report.id == into.id, is_part_of(report))
    if session.scalar(own) is not None:
        raise RefusedError("report_is_its_whole")
    people = session.scalars(
        select(ReportFollow.person_id).where(ReportFollow.report_id == report.id)
    ).all()
    joined = sum(add_follower(session, into, person_id, at=at) for person_id in people)
    _send_on(session, actor, report, into, at)
    _close(session, report, into, now, at)
    step = _step(actor, report, MERGED, at)
    entry = add_entry(session, step)
    detail = {"into": str(into.id), "followers": str(joined)}
    audit.record(session, actor.id, "merge_report", "report", str(report.id), at=at, detail=detail)
    told = ReportMoved(report_id=report.id, entry_id=entry.id, status=report.status)
    outbox.publish(session, told, at=at)
    return entry.id


def _send_on(session: Session, actor: Actor, report: Report, into: Report, at: datetime) -> None:
    """Lead what was joined into a report before to the other one, as each of their stories says."""
    for before in joined_into(session, report):
        before.merged_into, before.changed_at = into.id, at
        add_entry(session, _step(actor, before, SENT_ON, at))
        outbox.publish(session, ReportChanged(report_id=before.id, what="send_on"), at=at)


def _close(session: Session, report: Report, into: Report, now: Status, at: datetime) -> None:
    report.merged_into, report.status, report.changed_at = into.id, Status.CLOSED.value, at
    if now not in ENDED or report.ended_at is None:
        report.ended_at = at
    keep_clusters(session, report, at=at)


def _step(actor: Actor, report: Report, kind: str, at: datetime) -> ReportEntry:
    return ReportEntry(
        report_id=report.id,
        at=at,
        kind=kind,
        # What is sent on was settled before, and is settled no other way by it.
        status=report.status if kind == MERGED else None,
        text="",
        role="staff",
        actor_id=actor.id,
        public=True,
    )
