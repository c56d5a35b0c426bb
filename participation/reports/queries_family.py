"""A report among its own: what it is a part of, what its parts are, who has it, and its clock."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, select

from participation.reports.models import Report
from participation.reports.queries import CARD, ReportCard, card_of
from participation.reports.routing.queries import calendar_of, teams
from participation.reports.rules import ENDED, PUBLIC, Status, team_named
from services.db import Session

SHOWN = tuple(s.value for s in PUBLIC)


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
