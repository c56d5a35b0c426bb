"""What happened to a report since someone looked at it."""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from participation.accounts import directory
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import PROMISED, TAKEN_BACK
from services.auth import Actor
from services.db import Session

MOST = 3
# A promise follows by itself on what somebody did: nobody's step, and none to be run over.
TAKEN = ReportEntry.kind != PROMISED
VERSION = re.compile(r"(\d{1,9})-\d{1,20}")


class Step(msgspec.Struct, frozen=True):
    """A step of the story or a note; `who` names staff alone, `role` stands for everyone else."""

    at: datetime
    kind: str
    status: str | None
    text: str
    role: str
    who: str


def version_of(session: Session, report: Report) -> str:
    """Return what tells one state of a report's story from every other: "steps-microseconds".

    A step that is taken back stays among the steps, but moves the moment of the last change.
    """
    return versions_of(session, [report])[report.id]


def versions_of(session: Session, reports: Sequence[Report]) -> dict[UUID, str]:
    """Return the version of each report by its id, asked for in one statement."""
    steps = (
        select(ReportEntry.report_id, func.count())
        .where(ReportEntry.report_id.in_([report.id for report in reports]), TAKEN)
        .group_by(ReportEntry.report_id)
    )
    counts = {row[0]: int(row[1]) for row in session.execute(steps)}
    return {one.id: f"{counts.get(one.id, 0)}-{_moved(one)}" for one in reports}


def _moved(report: Report) -> int:
    return round(report.changed_at.timestamp() * 1_000_000)


def news_since(session: Session, report: Report, seen: str) -> list[Step] | None:
    """Return the newest steps since a version, oldest first, MOST at most; None: it still holds.

    Nothing is in the list where a step was taken back, and that alone. What is no version is old
    beyond telling: it has no news.
    """
    version = version_of(session, report)
    known, now = VERSION.fullmatch(seen), VERSION.fullmatch(version)
    if known is None or now is None or seen == version:
        return None
    fresh = min(max(int(now[1]) - int(known[1]), 0), MOST)
    told = select(ReportEntry).where(ReportEntry.report_id == report.id, TAKEN)
    newest = told.order_by(ReportEntry.at.desc(), ReportEntry.id.desc()).limit(fresh)
    rows = session.scalars(newest).all()[::-1]
    names = directory.names_of(session, {r.actor_id for r in rows if r.actor_id and _staff(r)})
    return [_step(r, names.get(r.actor_id, "") if r.actor_id else "") for r in rows]


def withdrawn(session: Session, actor: Actor, report: Report, key: UUID) -> Step | None:
    """Return a step of the actor's own that was taken back, with the state it had led to."""
    row = session.get(ReportEntry, key)
    if row is None or (row.report_id, row.actor_id) != (report.id, actor.id):
        return None
    mine = row.kind == TAKEN_BACK and row.role == "staff" and row.text
    return Step(row.at, row.kind, row.status, row.text, row.role, "") if mine else None


def _staff(row: ReportEntry) -> bool:
    # Also a reporter's own word: the name of who told of it is asked for, on record.
    return row.role == "staff"


def _step(row: ReportEntry, who: str) -> Step:
    return Step(row.at, row.kind, row.status if row.public else None, row.text, row.role, who)
