"""What the chain reads of the stories: which steps wait to join it, and what a report says now."""

from datetime import datetime
from typing import Any, NamedTuple, TypeVarTuple
from uuid import UUID

from sqlalchemy import Row, Select, and_, case, select

from participation.reports.history.models import HistoryStep
from participation.reports.history.rules import OPENED, Seal, Stands, seal_of
from participation.reports.models import Report, ReportEntry, ReportUnpromised
from participation.reports.queries import HIDDEN
from participation.reports.routing.models import Body, Team

Columns = TypeVarTuple("Columns")
STEP_OF_ENTRY = and_(
    HistoryStep.report_id == ReportEntry.report_id,
    HistoryStep.entry_id == ReportEntry.id,
    HistoryStep.of.is_(None),
)
# A rules.Stands of a report, asked for where `with_standing` joined what stands beside it.
STANDING = (
    Report.category,
    Report.due_at,
    case((ReportUnpromised.report_id.is_(None), Report.promised_at)).label("promised_at"),
    Report.merged_into,
    Body.name.label("body"),
    Team.name.label("team"),
    Report.status.label("stands"),
)

# Asked for as one value: PostgreSQL would answer an EXISTS by reading every step of the city.
OPENING = (
    select(ReportEntry.id)
    .where(ReportEntry.report_id == Report.id, ReportEntry.kind == OPENED, ReportEntry.public)
    .limit(1)
    .correlate(Report)
    .scalar_subquery()
)
# When it was told; of what never was in public that is nobody's to know but who told it.
TOLD_AT = case(
    (Report.status.not_in(HIDDEN), Report.opened_at), (OPENING.is_not(None), Report.opened_at)
).label("opened_at")


def with_standing(asked: Select[*Columns]) -> Select[*Columns]:
    """Return a query that has Report with what STANDING asks for beside it."""
    return (
        asked.outerjoin(ReportUnpromised, ReportUnpromised.report_id == Report.id)
        .outerjoin(Team, Team.id == Report.team_id)
        .outerjoin(Body, Body.id == Team.body_id)
    )


WAITING = (
    with_standing(
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
            *STANDING,
        ).join(Report, Report.id == ReportEntry.report_id)
    )
    .outerjoin(HistoryStep, STEP_OF_ENTRY)
    .where(ReportEntry.public, HistoryStep.seq.is_(None))
    # Told and settled in the same moment, it was told first.
    .order_by(ReportEntry.at, case((ReportEntry.kind == OPENED, 0), else_=1), ReportEntry.id)
)


class Fact(NamedTuple):
    """A step on its way into the chain, first in the order of WAITING's columns."""

    entry_id: UUID
    report_id: UUID
    at: datetime
    kind: str
    status: str | None
    role: str
    text: str
    seal: Seal
    of: int | None = None


def fact_of(row: Row[Any]) -> Fact:
    """Return a row of WAITING as a step that says what its report now says of itself."""
    said, now = row[: -len(STANDING)], row[-len(STANDING) :]
    return Fact(*[*said, seal_of(Stands(*now))])
