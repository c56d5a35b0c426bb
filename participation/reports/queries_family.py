"""A report among its own: what it is a part of, what its parts are, who has it, and its clock."""

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, select

from participation.reports.models import Report
from participation.reports.queries import CARD, ReportCard, card_of
from participation.reports.routing.queries import calendar_of, teams
from participation.reports.rules import ENDED, PUBLIC, Status
from services.db import Session

SHOWN = tuple(s.value for s in PUBLIC)


class Beside(msgspec.Struct, frozen=True):
    """What stands beside a report's story.

    `days_left` are working days up to the promised day, less than none past it; None once settled.
    """

    team: str
    days_left: int | None
    parent: ReportCard | None
    parts: list[ReportCard]


def beside(session: Session, report: Report, at: datetime, *, staff: bool = False) -> Beside:
    """Return what stands beside a report; to others than staff only what is public."""
    own = teams(session).get(report.team_id) if report.team_id else None
    left = None
    if Status(report.status) not in ENDED:
        left = calendar_of(session).days_between(at, report.due_at)
    parents = _cards(session, Report.id == report.parent_id, staff=staff)
    parts = _cards(session, Report.parent_id == report.id, staff=staff)
    return Beside(" · ".join(own) if own else "", left, parents[0] if parents else None, parts)


def _cards(session: Session, which: ColumnElement[bool], *, staff: bool) -> list[ReportCard]:
    asked = select(*CARD).where(which).order_by(Report.opened_at, Report.id)
    if not staff:
        asked = asked.where(Report.status.in_(SHOWN))
    return [card_of(row) for row in session.execute(asked)]
