"""Asking for a file of reports, writing it part by part, and letting it go."""

import csv
import gzip
import io
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import delete, update

from participation.events.exports import ExportAwaited
from participation.reports.access import is_staff
from participation.reports.exports.models import ReportExport, ReportExportPart
from participation.reports.exports.queries import (
    COLUMNS,
    PUBLIC_SCOPE,
    STAFF_SCOPE,
    ExportFilters,
    cells_of,
    count_wanted,
    part_of,
    same_lately,
    wanted,
)
from services import audit, outbox
from services.auth import Actor
from services.db import Session
from services.errors import ForbiddenError

KEPT = timedelta(days=7)
# Whoever asks for the same public file within an hour is shown the one there is.
SHARED = timedelta(hours=1)
PART = 5000
WAITING, RUNNING, DONE = "waiting", "running", "done"
BOM = "\ufeff"


def ask_export(
    session: Session, actor: Actor, scope: str, filters: ExportFilters, *, at: datetime
) -> UUID:
    """Ask for a file and return its id; raises ForbiddenError where a stranger asks for staff's."""
    if scope == STAFF_SCOPE and not is_staff(actor):
        raise ForbiddenError
    if scope == STAFF_SCOPE and actor.bounded:
        filters = msgspec.structs.replace(filters, bounds=tuple(sorted(actor.bounds)))
    body = msgspec.json.encode(filters).decode()
    if scope == PUBLIC_SCOPE and (same := same_lately(session, body, at - SHARED)) is not None:
        return same
    row = ReportExport(
        id=uuid4(),
        # A public file is nobody's: who asked for it is not kept.
        asked_by=actor.id if scope == STAFF_SCOPE else None,
        scope=scope,
        filters=body,
        state=WAITING,
        total=count_wanted(session, wanted(scope, filters, at)),
        done=0,
        size=0,
        parts=0,
        asked_at=at,
        expires_at=at + KEPT,
    )
    session.add(row)
    session.flush()
    outbox.publish(session, ExportAwaited(export_id=row.id, part=0), at=at)
    detail = {"scope": scope}
    audit.record(
        session, actor.id, "ask_export", "report_export", str(row.id), at=at, detail=detail
    )
    return row.id


def write_part(
    session: Session, actor: Actor, row: ReportExport, number: int, *, at: datetime
) -> None:
    """Write the part of that number, if it is the next; ask for the one after, or finish.

    A part is one transaction: a worker that dies leaves the parts before it whole.
    """
    if row.state == DONE or number != row.parts:
        return
    rows = part_of(session, row, PART)
    lines = io.StringIO()
    writer = csv.writer(lines)
    if number == 0:
        lines.write(BOM)
        writer.writerow(COLUMNS[row.scope])
    writer.writerows(map(cells_of, rows))
    text = lines.getvalue().encode()
    # mtime 0: the same rows make the same bytes.
    body = gzip.compress(text, 6, mtime=0)
    session.add(ReportExportPart(export_id=row.id, number=number, body=body))
    row.parts, row.size, row.done = number + 1, row.size + len(text), row.done + len(rows)
    row.state = RUNNING
    if len(rows) == PART:
        row.after_id = rows[-1].id
        outbox.publish(session, ExportAwaited(export_id=row.id, part=number + 1), at=at)
        return
    row.state, row.done_at = DONE, at
    audit.record(session, actor.id, "finish_export", "report_export", str(row.id), at=at)


def forget_exports(session: Session, actor: Actor, ids: list[UUID], *, at: datetime) -> None:
    """Delete files whose time is over."""
    session.execute(delete(ReportExportPart).where(ReportExportPart.export_id.in_(ids)))
    session.execute(delete(ReportExport).where(ReportExport.id.in_(ids)))
    for key in ids:
        audit.record(session, actor.id, "forget_export", "report_export", str(key), at=at)


def erase_person(session: Session, person_id: UUID, at: datetime) -> None:
    """Loosen a person from the files they asked for."""
    mine = update(ReportExport).where(ReportExport.asked_by == person_id)
    session.execute(mine.values(asked_by=None))
    audit.record(session, None, "erase_person", "report_exports", "", at=at)
