"""What staff read of reports: the queue, the case, the people a case can go to."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, case, func, select

from participation.accounts import directory
from participation.reports import queries
from participation.reports.models import Report, ReportEntry
from participation.reports.photos.queries import KeptOriginal, original_of
from participation.reports.queries_map import Sight, cards_in
from participation.reports.rules import ENDED, MapState, Status, late, staff_moves
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
    reporter_name: str
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
        .where(_narrow(view, actor, at))
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
    counts = session.execute(select(*sums)).one()
    pairs = zip(VIEWS.items(), counts, strict=True)
    return [SavedView(key, label, int(n or 0), key == selected) for (key, label), n in pairs]


def case_of(session: Session, actor: Actor, report: Report, at: datetime) -> CasePage:
    """Return one case as staff see it."""
    names = directory.names_of(session, {report.reporter_id} if report.reporter_id else set())
    status = Status(report.status)
    return CasePage(
        report=queries.page_of(session, actor, report, at),
        notes=_notes(session, report.id),
        reporter_name=names.get(report.reporter_id, "") if report.reporter_id else "",
        moves=[status.value, *(s.value for s in staff_moves(status))],
        duplicates=_near(session, report),
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
    names = directory.names_of(session, {r.actor_id for r in rows if r.actor_id})
    return [
        Note(r.at, names.get(r.actor_id, "") if r.actor_id else "", r.text, r.kind) for r in rows
    ]


def _near(session: Session, report: Report) -> list[queries.ReportCard]:
    """Return live reports of the same kind within about 50 metres."""
    lat, lon = 0.00045, 0.00055
    box = (report.lon - lon, report.lat - lat, report.lon + lon, report.lat + lat)
    same = Sight(category=report.category, state=MapState.OPEN)
    return [c for c in cards_in(session, box, same, 6) if c.id != str(report.id)][:5]
