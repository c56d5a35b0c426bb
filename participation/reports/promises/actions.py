"""A report that is about to be forgotten rises in the queue, once, and the team is told why."""

from datetime import datetime

from participation.events.reports import ReportChanged
from participation.reports.history.chain import add_entry
from participation.reports.models import Report, ReportEntry
from participation.reports.promises.rules import RAISED
from participation.reports.rules import GRAVEST
from services import audit, outbox
from services.auth import Actor
from services.db import Session


def escalate_report(
    session: Session, actor: Actor, report: Report, why: str, *, at: datetime
) -> None:
    """Raise a report by one step, once for each promise; `why` is "promise" or "people".

    It is held by the caller, who knows that it rises (`queries_rising.take_rising`). Who hears of
    it is told by what follows ReportChanged; a promise made anew lowers it again.
    """
    if report.escalated_at is not None:
        return
    report.escalated_at = at
    report.severity = min(GRAVEST, report.severity + 1)
    add_entry(
        session,
        ReportEntry(
            report_id=report.id,
            at=at,
            kind=RAISED[why],
            text="",
            role="system",
            actor_id=actor.id,
            public=False,
        ),
    )
    detail = {"why": why}
    audit.record(
        session, actor.id, "escalate_report", "report", str(report.id), at=at, detail=detail
    )
    outbox.publish(session, ReportChanged(report_id=report.id, what="escalate_report"), at=at)
