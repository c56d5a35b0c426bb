"""The steps of what a person follows, told by others, newest first."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam, select

from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.queries import open_to
from participation.reports.rules import CONFIRMED, DISPUTED, MERGED
from services.auth import Actor
from services.db import Moment, Session

KEPT = timedelta(days=90)
SHOWN = 50
TOLD = ("answer", MERGED, CONFIRMED, DISPUTED)
STEPS = (
    select(
        ReportEntry.report_id,
        Report.title,
        Report.category,
        Report.place,
        ReportEntry.at,
        ReportEntry.kind,
        ReportEntry.status,
        ReportEntry.text,
        ReportEntry.role,
    )
    .join(ReportFollow, ReportFollow.report_id == ReportEntry.report_id)
    .join(Report, Report.id == ReportEntry.report_id)
    .where(
        ReportFollow.person_id == bindparam("person", type_=Uuid),
        ReportEntry.public,
        ReportEntry.kind.in_(TOLD),
        ReportEntry.at >= ReportFollow.since,
        ReportEntry.at > bindparam("since", type_=Moment),
        ReportEntry.actor_id.is_distinct_from(bindparam("person", type_=Uuid)),
        # What is hidden now is told to its reporter alone.
        open_to(bindparam("person", type_=Uuid)),
    )
    .order_by(ReportEntry.at.desc(), ReportEntry.id.desc())
    .limit(SHOWN)
)


class Step(msgspec.Struct, frozen=True):
    """A step of a report that is followed; `role` stands for the person, who is not named."""

    report_id: UUID
    title: str
    category: str
    place: str
    at: datetime
    kind: str
    status: str | None
    text: str
    role: str


def steps_for(session: Session, actor: Actor, at: datetime) -> list[Step]:
    """Return the last fifty steps of the ninety days before `at` that others took."""
    if actor.id is None:
        return []
    rows = session.execute(STEPS, {"person": actor.id, "since": at - KEPT})
    return [Step(*row) for row in rows]
