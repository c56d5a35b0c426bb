"""What goes into a file of reports, part by part, and how far a file is."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, and_, func, or_, select

from participation.reports.exports.models import ReportExport, ReportExportPart
from participation.reports.models import Report
from participation.reports.queries import ALONE, HIDDEN
from participation.reports.routing.queries import handled_by
from services.auth import Actor
from services.db import Session
from services.errors import NotFoundError
from services.ids import parse_id

PUBLIC_SCOPE, STAFF_SCOPE = "public", "staff"
C: Any = Report.__table__.c
PUBLIC_COLUMNS = (
    *("id", "title", "text", "category", "status", "lat", "lon", "place"),
    *("opened_at", "changed_at", "ended_at", "due_at", "followers"),
)
STAFF_COLUMNS = (*PUBLIC_COLUMNS, "severity", "answer", "source", "source_id", "merged_into")
COLUMNS = {PUBLIC_SCOPE: PUBLIC_COLUMNS, STAFF_SCOPE: STAFF_COLUMNS}
# A cell that begins so is run as a formula by spreadsheets, in full width too where people write
# so; a quote before it makes it words.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")


class ExportFilters(msgspec.Struct, frozen=True):
    """What a file is narrowed to, by codes; empty for all.

    `bounds` are the (kind, id) of what the work of who asked was bound to.
    """

    category: str = ""
    status: str = ""
    bounds: tuple[tuple[str, UUID], ...] = ()


class ExportState(msgspec.Struct, frozen=True):
    """How far a file is; `done` of `total` rows, `size` in bytes."""

    id: str
    scope: str
    state: str
    total: int
    done: int
    size: int
    asked_at: datetime
    done_at: datetime | None
    expires_at: datetime

    @property
    def share(self) -> int:
        """Return how much is written, in percent."""
        return 100 if self.state == "done" else min(99, 100 * self.done // max(self.total, 1))


def state_of(row: ReportExport) -> ExportState:
    fields = {f: getattr(row, f) for f in ExportState.__struct_fields__ if f != "id"}
    return ExportState(id=str(row.id), **fields)


def export_for(
    session: Session, actor: Actor, export_id: str, scope: str, *, at: datetime
) -> ReportExport:
    """Return a file by its unguessable id; raises NotFoundError for one of another scope.

    Staff whose work is bound get their own files alone, and only while they are bound as then.
    """
    key = parse_id(export_id)
    row = session.get(ReportExport, key) if key is not None else None
    if row is None or row.scope != scope or row.expires_at <= at:
        raise NotFoundError
    if scope == STAFF_SCOPE and actor.bounded:
        held = msgspec.json.decode(row.filters, type=ExportFilters).bounds
        if row.asked_by != actor.id or frozenset(held) != actor.bounds:
            raise NotFoundError
    return row


def same_lately(session: Session, filters: str, since: datetime) -> UUID | None:
    """Return the newest public file with these filters asked for after `since`."""
    same = select(ReportExport.id).where(
        ReportExport.scope == PUBLIC_SCOPE,
        ReportExport.filters == filters,
        ReportExport.asked_at > since,
    )
    return session.scalar(same.order_by(ReportExport.asked_at.desc()).limit(1))


def exports_of(session: Session, person_id: UUID, at: datetime) -> list[ExportState]:
    """Return the files a member of staff asked for, newest first."""
    rows = session.scalars(
        select(ReportExport)
        .where(ReportExport.asked_by == person_id, ReportExport.expires_at > at)
        .order_by(ReportExport.asked_at.desc())
    )
    return [state_of(row) for row in rows]


def wanted(scope: str, filters: ExportFilters, asked_at: datetime) -> Select[Any]:
    """Return the select of a file's rows; what came after it was asked for is left out."""
    query = select(*(C[name] for name in COLUMNS[scope])).where(C.opened_at <= asked_at)
    if scope == PUBLIC_SCOPE:
        query = query.where(C.status.not_in(HIDDEN), ALONE)
    if filters.bounds:
        query = query.where(handled_by(Actor(None, bounds=frozenset(filters.bounds))))
    if filters.category:
        query = query.where(C.category == filters.category)
    if filters.status:
        query = query.where(C.status == filters.status)
    return query


def count_wanted(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def part_of(session: Session, row: ReportExport, size: int) -> list[Any]:
    """Return the next rows of a file, oldest first, at most `size`."""
    filters = msgspec.json.decode(row.filters, type=ExportFilters)
    query = wanted(row.scope, filters, row.asked_at)
    if row.after_id is not None:
        opened = select(Report.opened_at).where(Report.id == row.after_id).scalar_subquery()
        same = and_(C.opened_at == opened, C.id > row.after_id)
        # Said twice, so that an index finds where to go on.
        query = query.where(C.opened_at >= opened, or_(C.opened_at > opened, same))
    query = query.order_by(C.opened_at, C.id).limit(size)
    return list(session.connection().execute(query).all())


def cells_of(row: Any) -> list[str]:
    """Return a row as it stands in the file."""
    return [_cell(value) for value in row]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return str(value)


def body_of(session: Session, export_id: UUID, number: int) -> bytes | None:
    """Return a part's gzipped lines."""
    return session.scalar(
        select(ReportExportPart.body).where(
            ReportExportPart.export_id == export_id, ReportExportPart.number == number
        )
    )


def told_publicly(session: Session, since: datetime, until: datetime) -> list[UUID]:
    """Return the public files that were asked for between two moments, both included."""
    asked = ReportExport.scope == PUBLIC_SCOPE, ReportExport.asked_at.between(since, until)
    return list(session.scalars(select(ReportExport.id).where(*asked)))


def expired(session: Session, at: datetime, limit: int) -> list[UUID]:
    """Return files whose time is over."""
    over = select(ReportExport.id).where(ReportExport.expires_at <= at).limit(limit)
    return list(session.scalars(over))


def export_of(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return which files a person asked for, as plain values."""
    rows = session.scalars(select(ReportExport).where(ReportExport.asked_by == person_id))
    return {
        "files": [
            {"scope": r.scope, "filters": r.filters, "at": r.asked_at.isoformat()} for r in rows
        ]
    }
