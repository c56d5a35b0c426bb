"""What taking a step back touches beside the report it is on."""

from sqlalchemy import Select, select

from participation.reports.models import Report, ReportEntry
from participation.reports.queries_family import joining_of
from participation.reports.rules import MERGED, SENT_ON
from services.db import Session


def touched_by(session: Session, report: Report) -> set[Report]:
    """Return the other reports that undoing the joining of a report touches."""
    steps = joining_of(session, report)
    return touched(session, steps[0]) - {report} if steps else set()


def touched(session: Session, entry: ReportEntry) -> set[Report]:
    """Return the reports that taking a step back touches: where it led to, and what it led on."""
    report = session.get_one(Report, entry.report_id)
    found = {report}
    if entry.kind == MERGED and report.merged_into is not None:
        led = session.scalars(sent_on(entry)).all()
        keys = [report.merged_into, *(step.report_id for step in led)]
        found.update(session.get_one(Report, key) for key in keys)
    return found


def sent_on(entry: ReportEntry) -> Select[ReportEntry]:
    """Return the select of the steps by which a joining led on what had been joined before."""
    return select(ReportEntry).where(
        ReportEntry.kind == SENT_ON,
        ReportEntry.at == entry.at,
        ReportEntry.actor_id == entry.actor_id,
    )
