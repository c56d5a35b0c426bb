"""What the city said of requests, as other systems read it: FixMyStreet's extension."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, or_, select, tuple_

from participation.reports.models import Report, ReportEntry
from participation.reports.open311.format import UPDATE_WORDS, Asked
from participation.reports.open311.queries import HIDDEN, SOURCE, Listed, behind
from participation.reports.rules import CITY_SAID, DISPUTED, Status
from services.db import Session
from services.db.moments import stamp

SAID = (
    ReportEntry.id,
    ReportEntry.report_id,
    ReportEntry.at,
    ReportEntry.status,
    ReportEntry.text,
)


def updates_of(session: Session, asked: Asked, key_id: UUID | None) -> Listed:
    """Return the city's public answers of a span, oldest first, as FixMyStreet reads them.

    `last` of the list is the moment and the id of its last one, if the page is full.
    That people dispute a settling is one of them: whoever heard "fixed" hears that it is not.
    The system that told of a report is its reporter: with its key, `key_id`, it also reads what
    was said when its own report was not taken up.
    """
    shown: ColumnElement[bool] = Report.status.not_in(HIDDEN) & ReportEntry.status.not_in(HIDDEN)
    if key_id is not None:
        own = Report.source_id.startswith(f"{key_id.hex}:", autoescape=True)
        shown = or_(shown, (Report.source == SOURCE) & own)
    query = (
        select(*SAID)
        .join(Report, Report.id == ReportEntry.report_id)
        .where(ReportEntry.public, ReportEntry.kind.in_((*CITY_SAID, DISPUTED)), shown)
        .order_by(ReportEntry.at, ReportEntry.id)
    )
    rows = session.execute(_paged(query, asked)).all()
    last = (rows[-1].at, rows[-1].id) if rows and len(rows) == asked.size else None
    return Listed([_update(row) for row in rows], last)


def _paged(query: Select[*tuple[Any, ...]], asked: Asked) -> Select[*tuple[Any, ...]]:
    if asked.since is not None:
        query = query.where(ReportEntry.at >= asked.since)
    if asked.until is not None:
        query = query.where(ReportEntry.at <= asked.until)
    if asked.after is not None:
        query = query.where(tuple_(ReportEntry.at, ReportEntry.id) > behind(asked.after))
    elif asked.page is not None:
        query = query.offset((asked.page - 1) * asked.size)
    return query.limit(asked.size)


def _update(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "update_id": str(row.id),
        "service_request_id": str(row.report_id),
        "updated_datetime": stamp(row.at),
        "status": UPDATE_WORDS[Status(row.status or Status.OPEN)],
        "description": row.text,
        "media_url": None,
    }
