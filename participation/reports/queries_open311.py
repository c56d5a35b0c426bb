"""What other systems read of reports: the public ones, without anyone's name."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from participation.reports.models import Report, ReportEntry
from participation.reports.open311 import UPDATE_WORDS, Asked, stamp, state
from participation.reports.rules import LABELS, PUBLIC, Category, Status
from services.db import Session

HIDDEN = tuple(s.value for s in Status if s not in PUBLIC)


def requests_of(
    session: Session, asked: Asked, host: str, *, more: bool = False
) -> list[dict[str, Any]]:
    """Return requests as the standard names their fields.

    Without a page: the newest first. By page: the oldest first, so that what is told meanwhile
    is added behind and moves nothing. `host` leads the addresses of pictures; `more` adds the
    extensions.
    """
    query = _narrowed(select(Report).where(Report.status.not_in(HIDDEN)), asked)
    if asked.page is None:
        query = query.order_by(Report.opened_at.desc(), Report.id.desc())
    else:
        query = query.order_by(Report.opened_at, Report.id).offset((asked.page - 1) * asked.size)
    rows = list(session.scalars(query.limit(asked.size)))
    steps = _answers(session, [row.id for row in rows])
    return [_request(row, steps.get(row.id, []), host, more=more) for row in rows]


def _narrowed(query: Select[Any], asked: Asked) -> Select[Any]:
    if asked.ids is not None:
        return query.where(Report.id.in_(asked.ids))
    if asked.statuses:
        query = query.where(Report.status.in_(asked.statuses))
    if asked.categories:
        query = query.where(Report.category.in_(asked.categories))
    bounds = (
        (asked.since, Report.opened_at.__ge__),
        (asked.until, Report.opened_at.__le__),
        (asked.changed_since, Report.changed_at.__ge__),
        (asked.changed_until, Report.changed_at.__le__),
    )
    for value, within in bounds:
        if value is not None:
            query = query.where(within(value))
    if asked.box is not None:
        west, south, east, north = asked.box
        query = query.where(Report.lat.between(south, north), Report.lon.between(west, east))
    return query


def _answers(session: Session, ids: list[UUID]) -> dict[UUID, list[ReportEntry]]:
    """Return what the city said in public, oldest first, by report."""
    wanted = (
        select(ReportEntry)
        .where(ReportEntry.report_id.in_(ids), ReportEntry.public, ReportEntry.kind == "answer")
        .order_by(ReportEntry.at, ReportEntry.id)
    )
    found: dict[UUID, list[ReportEntry]] = {}
    for entry in session.scalars(wanted):
        found.setdefault(entry.report_id, []).append(entry)
    return found


def _request(row: Report, steps: list[ReportEntry], host: str, *, more: bool) -> dict[str, Any]:
    said = [step.text for step in steps if step.text]
    told: dict[str, Any] = {
        "service_request_id": str(row.id),
        "status": state(row.status),
        "status_notes": said[-1] if said else None,
        "service_name": LABELS[Category(row.category)],
        "service_code": row.category,
        "description": row.text,
        "agency_responsible": None,
        "service_notice": None,
        "requested_datetime": stamp(row.opened_at),
        "updated_datetime": stamp(row.changed_at),
        "expected_datetime": stamp(row.due_at),
        "address": row.place or None,
        "address_id": None,
        "zipcode": None,
        "lat": row.lat,
        "long": row.lon,
        "media_url": f"{host}/media/{row.photo_hash}/large.webp" if row.photo_hash else None,
    }
    if more:
        told["attributes"] = []
        told["extended_attributes"] = {"status": row.status, "followers": row.followers}
        told["notes"] = [_note(step) for step in steps]
    return told


def _note(step: ReportEntry) -> dict[str, Any]:
    return {"datetime": stamp(step.at), "type": step.status, "description": step.text}


def updates_of(session: Session, asked: Asked) -> list[dict[str, Any]]:
    """Return the city's public answers of a span, oldest first, as FixMyStreet reads them."""
    query = (
        select(ReportEntry)
        .join(Report, Report.id == ReportEntry.report_id)
        .where(ReportEntry.public, ReportEntry.kind == "answer", Report.status.not_in(HIDDEN))
        .where(ReportEntry.status.not_in(HIDDEN))
        .order_by(ReportEntry.at, ReportEntry.id)
    )
    if asked.since is not None:
        query = query.where(ReportEntry.at >= asked.since)
    if asked.until is not None:
        query = query.where(ReportEntry.at <= asked.until)
    rows = session.scalars(query.offset(((asked.page or 1) - 1) * asked.size).limit(asked.size))
    return [
        {
            "update_id": str(row.id),
            "service_request_id": str(row.report_id),
            "updated_datetime": stamp(row.at),
            "status": UPDATE_WORDS[Status(row.status or Status.OPEN)],
            "description": row.text,
            "media_url": None,
        }
        for row in rows
    ]
