"""A report among its own: what it is a part of, what its parts are, who has it, and its clock."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from participation.reports.models import Report, ReportEntry
from participation.reports.queries import ALONE, CARD, C, ReportCard, card_of
from participation.reports.routing.queries import calendar_of, handled_by, teams
from participation.reports.rules import (
    ENDED,
    MERGED,
    PUBLIC,
    SENT_ON,
    Status,
    hidden_and_back,
    team_named,
)
from services.auth import Actor
from services.db import Session
from services.db.plans import unsought

SHOWN = tuple(s.value for s in PUBLIC)
MOST_PARTS = 10
WAITING = tuple(s.value for s in PUBLIC if s not in ENDED)


class Beside(msgspec.Struct, frozen=True):
    """What stands beside a report's story: `into` is the one it was joined into, `earlier` the
    settled one that the same trouble was told in before, `later` where it was told again.

    `days_left` are working days up to the promised day, less than none past it; None once settled.
    """

    team: str
    days_left: int | None
    parent: ReportCard | None
    parts: list[ReportCard]
    into: ReportCard | None = None
    earlier: ReportCard | None = None
    later: list[ReportCard] = []


def beside(session: Session, report: Report, at: datetime, *, staff: bool = False) -> Beside:
    """Return what stands beside a report; to others than staff only what is public."""
    own = teams(session).get(report.team_id) if report.team_id else None
    left = None
    if Status(report.status) not in ENDED:
        left = calendar_of(session).days_between(at, report.due_at)
    return Beside(
        team=team_named(*own) or "" if own else "",
        days_left=left,
        parent=_one(session, report.parent_id, staff=staff),
        parts=_cards(session, Report.parent_id == report.id, staff=staff),
        into=_one(session, report.merged_into, staff=staff),
        earlier=_one(session, report.earlier_id, staff=staff),
        later=_cards(session, Report.earlier_id == report.id, staff=staff),
    )


def _one(session: Session, key: UUID | None, *, staff: bool) -> ReportCard | None:
    found = _cards(session, Report.id == key, staff=staff) if key is not None else []
    return found[0] if found else None


def _cards(session: Session, which: ColumnElement[bool], *, staff: bool) -> list[ReportCard]:
    asked = select(*CARD).where(which).order_by(Report.opened_at, Report.id)
    if not staff:
        asked = asked.where(Report.status.in_(SHOWN))
    return [card_of(row) for row in session.execute(asked)]


def takes_in(report: Report) -> ColumnElement[bool]:
    """Return the condition on other reports that this one can be joined into them.

    They are public and wait, were not joined themselves, and are no parts of it.
    """
    row = Report
    waits = row.status.in_(WAITING), ALONE, row.id != report.id
    return and_(*waits, ~is_part_of(report))


def is_part_of(report: Report) -> ColumnElement[bool]:
    """Return the condition on others that they are parts of this one, or of what went on in it."""
    whole = aliased(Report)
    went_on = select(whole.id).where(or_(whole.id == report.id, whole.merged_into == report.id))
    return and_(Report.parent_id.is_not(None), Report.parent_id.in_(went_on))


def parts_of(session: Session, actor: Actor, report: Report) -> Sequence[Report]:
    """Return the parts of a report that the actor may handle."""
    mine = Report.parent_id == report.id, handled_by(actor)
    return session.scalars(select(Report).where(*mine).order_by(Report.id)).all()


def takes_parts(session: Session, report: Report) -> bool:
    """Say whether a report can have one part more: ten at most, and none where it is one itself."""
    count = session.scalar(select(func.count(Report.id)).where(Report.parent_id == report.id)) or 0
    return report.parent_id is None and report.merged_into is None and count < MOST_PARTS


def can_be_part(report: Report) -> ColumnElement[bool]:
    """Return the condition on other reports that they can be parts of this one: whole and alone."""
    part = aliased(Report)
    parts = select(part.id).where(part.parent_id == Report.id)
    alone = unsought(C.parent_id).is_(None), ALONE, Report.id != report.id
    return and_(*alone, ~parts.exists())


def joined_into(session: Session, report: Report) -> list[Report]:
    """Return the rows of what was joined into a report before, for an act that leads it on."""
    return list(session.scalars(select(Report).where(Report.merged_into == report.id)))


def joining_of(session: Session, report: Report) -> list[ReportEntry]:
    """Return the step that joined a report, and behind it those of each hiding that ended since.

    None where the joining cannot be undone: words stand on it, the report is hidden, or it was
    sent on with the other one.
    """
    if report.merged_into is None:
        return []
    row = ReportEntry
    told = select(row).where(row.report_id == report.id, row.public)
    moved = told.where(or_(row.status.is_not(None), row.kind == SENT_ON))
    story = session.scalars(moved.order_by(row.at, row.id)).all()
    joined = max((n for n, step in enumerate(story) if step.kind == MERGED), default=len(story))
    came_to = [Status(step.status) if step.status else None for step in story[joined + 1 :]]
    return list(story[joined:]) if hidden_and_back(came_to) else []
