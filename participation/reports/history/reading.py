"""What the chain reads of the stories: which steps wait to join it, and what a report says now."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, case, select

from participation.reports.history.models import HistoryStep
from participation.reports.history.rules import OPENED
from participation.reports.models import Report, ReportEntry, ReportUnpromised
from participation.reports.rules import PUBLIC

STEP_OF_ENTRY = and_(
    HistoryStep.report_id == ReportEntry.report_id,
    HistoryStep.entry_id == ReportEntry.id,
    HistoryStep.of.is_(None),
)
SEEN = Report.status.in_(sorted(PUBLIC))
UNPROMISED = ReportUnpromised.report_id == Report.id
# A report's Seal as it stands now, where ReportUnpromised is joined beside it.
SEAL = (
    case((SEEN, Report.category)).label("category"),
    case((SEEN, Report.due_at)).label("due"),
    case((and_(SEEN, ReportUnpromised.report_id.is_(None)), Report.promised_at)).label("promised"),
)
WAITING = (
    select(
        ReportEntry.id.label("entry_id"),
        ReportEntry.report_id,
        ReportEntry.at,
        ReportEntry.kind,
        ReportEntry.status,
        ReportEntry.role,
        case(
            (ReportEntry.kind == OPENED, Report.title + "\n" + Report.text),
            else_=ReportEntry.text,
        ).label("text"),
        *SEAL,
    )
    .join(Report, Report.id == ReportEntry.report_id)
    .outerjoin(ReportUnpromised, UNPROMISED)
    .outerjoin(HistoryStep, STEP_OF_ENTRY)
    .where(ReportEntry.public, HistoryStep.seq.is_(None))
    # Told and settled in the same moment, it was told first.
    .order_by(ReportEntry.at, case((ReportEntry.kind == OPENED, 0), else_=1), ReportEntry.id)
)


class Fact(NamedTuple):
    """A step on its way into the chain, in the order of WAITING's columns."""

    entry_id: UUID
    report_id: UUID
    at: datetime
    kind: str
    status: str | None
    role: str
    text: str
    category: str | None
    due: datetime | None
    promised: datetime | None
    of: int | None = None
