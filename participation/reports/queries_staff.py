"""What staff read of reports: the queue, the case, the people a case can go to."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, case, func, select

from participation.accounts import directory
from participation.reports import queries
from participation.reports.models import Report, ReportEntry
from participation.reports.photos.queries import KeptOriginal, original_of
from participation.reports.routing.queries import handled_by
from participation.reports.rules import ENDED, Status, late, staff_moves
from services.auth import Actor
from services.db import Session

LENGTH = 100
LIVE = tuple(s.value for s in Status if s not in ENDED)


class QueueRow(msgspec.Struct, frozen=True):
    id: str
    title: str
    category: str
    status: str
    opened_at: datetime
    severity: int
    late: bool
    assignee: str | None
    thumb_url: str | None
    followers: int


class SavedView(msgspec.Struct, frozen=True):
    key: str
    label: str
    count: int
    selected: bool


class Note(msgspec.Struct, frozen=True):
    at: datetime
    who: str
    text: str
    kind: str


class CasePage(msgspec.Struct, frozen=True):
    report: queries.ReportPage
    notes: list[Note]
    told_by_someone: bool
    moves: list[str]
    duplicates: list[queries.ReportCard]
    assignee_id: str | None
    original: KeptOriginal | None = None


VIEWS = {
    "live": "All that wait",
    "new": "New",
    "late": "Late",
    "mine": "Mine",
    "ended": "Settled",
}


def queue(session: Session, actor: Actor, view: str, at: datetime) -> list[QueueRow]:
    """Return the queue of a view: gravest first, then oldest."""
    rows = session.scalars(
        select(Report)
        .where(_narrow(view, actor, at), handled_by(actor))
        .order_by(Report.severity.desc(), Report.opened_at)
        .limit(LENGTH)
    ).all()
    names = directory.names_of(session, {r.assignee_id for r in rows if r.assignee_id})
    return [_row(r, names, at) for r in rows]


def _row(r: Report, names: dict[UUID, str], at: datetime) -> QueueRow:
    return QueueRow(
        id=str(r.id),
        title=r.title,
        category=r.category,
        status=r.status,
        opened_at=r.opened_at,
        severity=r.severity,
        late=late(Status(r.status), r.due_at, at),
        assignee=names.get(r.assignee_id) if r.assignee_id else None,
        thumb_url=f"/media/{r.photo_hash}/small.webp" if r.photo_hash else None,
        followers=r.followers,
    )


def _narrow(view: str, actor: Actor, at: datetime) -> ColumnElement[bool]:
    waiting = Report.status.in_(LIVE)
    if view == "new":
        return Report.status == Status.OPEN.value
    if view == "late":
        return waiting & (Report.due_at < at)
    if view == "mine":
        return waiting & (Report.assignee_id == actor.id)
    return ~waiting if view == "ended" else waiting


def views(session: Session, actor: Actor, selected: str, at: datetime) -> list[SavedView]:
    """Return the saved views with how many cases each holds, counted in one pass."""
    sums = [func.sum(case((_narrow(key, actor, at), 1), else_=0)) for key in VIEWS]
    counts = session.execute(select(*sums).where(handled_by(actor))).one()
    pairs = zip(VIEWS.items(), counts, strict=True)
    return [SavedView(key, label, int(n or 0), key == selected) for (key, label), n in pairs]


def case_of(session: Session, actor: Actor, report: Report, at: datetime) -> CasePage:
    """Return one case as staff see it."""
    status = Status(report.status)
    return CasePage(
        report=queries.page_of(session, actor, report, at),
        notes=_notes(session, report.id),
        told_by_someone=report.reporter_id is not None,
        moves=[status.value, *(s.value for s in staff_moves(status))],
        duplicates=_near(session, actor, report),
        assignee_id=str(report.assignee_id) if report.assignee_id else None,
        original=original_of(session, report.id, at),
    )


def _notes(session: Session, report_id: UUID) -> list[Note]:
    rows = session.scalars(
        select(ReportEntry)
        .where(
            ReportEntry.report_id == report_id, ~ReportEntry.public, ReportEntry.kind != "opened"
        )
        .order_by(ReportEntry.at)
    ).all()
    # A resident's words beside a case are theirs who told of it: the name is asked for, on record.
    staff = {r.actor_id for r in rows if r.actor_id and r.role != "resident"}
    names = directory.names_of(session, staff)
    return [
        Note(r.at, names.get(r.actor_id, "") if r.actor_id else "", r.text, r.kind) for r in rows
    ]


def _near(session: Session, actor: Actor, report: Report) -> list[queries.ReportCard]:
    """Return live reports of the same kind within about 50 metres."""
    lat, lon = 0.00045, 0.00055
    box = (report.lon - lon, report.lat - lat, report.lon + lon, report.lat + lat)
    view = queries.cards_in(session, box)
    same = [c for c in view if c.category == report.category and c.id != str(report.id)]
    near = [c for c in same if c.status in LIVE]
    keys = [UUID(c.id) for c in near]
    mine = set(session.scalars(select(Report.id).where(Report.id.in_(keys), handled_by(actor))))
    return [c for c in near if UUID(c.id) in mine][:5]
