"""What other systems read of reports: the public ones, without anyone's name."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Row, Select, Uuid, literal, or_, select, tuple_

from participation.reports.models import Report, ReportEntry
from participation.reports.open311.format import UPDATE_WORDS, Asked, stamp, state
from participation.reports.rules import CITY_SAID, LABELS, PUBLIC, Category, Status
from services.db import Moment, Session

SOURCE = "open311"
# A row of the columns below.
Told = Row[*tuple[Any, ...]]
# Rows, not objects: a page may hold a thousand.
SHOWN = (
    Report.id,
    Report.status,
    Report.category,
    Report.text,
    Report.opened_at,
    Report.changed_at,
    Report.due_at,
    Report.place,
    Report.lat,
    Report.lon,
    Report.photo_hash,
    Report.followers,
)
SAID = (
    ReportEntry.id,
    ReportEntry.report_id,
    ReportEntry.at,
    ReportEntry.status,
    ReportEntry.text,
)
HIDDEN = tuple(s.value for s in Status if s not in PUBLIC)


class Listed(msgspec.Struct, frozen=True):
    """Requests as the standard names their fields; `last` is where the page ended, if it is full.

    `last` is None where there is no page behind this one.
    """

    rows: list[dict[str, Any]]
    last: tuple[datetime, UUID] | None = None


def requests_of(session: Session, asked: Asked, host: str, *, more: bool = False) -> Listed:
    """Return the requests that are asked for.

    Without a page: the newest first. By page: the oldest first, so that what is told meanwhile
    is added behind and moves nothing. `host` leads the addresses of pictures; `more` adds the
    extensions.
    """
    if asked.after is not None and asked.since is not None and asked.since <= asked.after[0]:
        # One lower bound: of two a database may choose the lower one, and read all up to here.
        asked = msgspec.structs.replace(asked, since=None)
    query = _narrowed(select(*SHOWN).where(Report.status.not_in(HIDDEN)), asked)
    rows = session.execute(_ordered(query, asked).limit(asked.size)).all()
    steps = _answers(session, [row.id for row in rows])
    told = [_request(row, steps.get(row.id, []), host, more=more) for row in rows]
    full = asked.page is not None and len(rows) == asked.size
    return Listed(told, (rows[-1].opened_at, rows[-1].id) if full else None)


def _ordered(query: Select[*tuple[Any, ...]], asked: Asked) -> Select[*tuple[Any, ...]]:
    if asked.page is None:
        return query.order_by(Report.opened_at.desc(), Report.id.desc())
    query = query.order_by(Report.opened_at, Report.id)
    if asked.after is None:
        return query.offset((asked.page - 1) * asked.size)
    behind = tuple_(literal(asked.after[0], Moment), literal(asked.after[1], Uuid))
    return query.where(tuple_(Report.opened_at, Report.id) > behind)


def _narrowed(query: Select[*tuple[Any, ...]], asked: Asked) -> Select[*tuple[Any, ...]]:
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


def _answers(session: Session, ids: list[UUID]) -> dict[UUID, list[Told]]:
    """Return what the city said in public, oldest first, by report."""
    wanted = (
        select(*SAID)
        .where(ReportEntry.report_id.in_(ids), ReportEntry.public, ReportEntry.kind.in_(CITY_SAID))
        .order_by(ReportEntry.at, ReportEntry.id)
    )
    found: dict[UUID, list[Told]] = {}
    for entry in session.execute(wanted):
        found.setdefault(entry.report_id, []).append(entry)
    return found


def _request(row: Told, steps: list[Told], host: str, *, more: bool) -> dict[str, Any]:
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


def _note(step: Told) -> dict[str, Any]:
    return {"datetime": stamp(step.at), "type": step.status, "description": step.text}


def updates_of(session: Session, asked: Asked, key_id: UUID | None) -> list[dict[str, Any]]:
    """Return the city's public answers of a span, oldest first, as FixMyStreet reads them.

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
        .where(ReportEntry.public, ReportEntry.kind.in_(CITY_SAID), shown)
        .order_by(ReportEntry.at, ReportEntry.id)
    )
    if asked.since is not None:
        query = query.where(ReportEntry.at >= asked.since)
    if asked.until is not None:
        query = query.where(ReportEntry.at <= asked.until)
    rows = session.execute(query.offset(((asked.page or 1) - 1) * asked.size).limit(asked.size))
    return [_update(row) for row in rows]


def _update(row: Told) -> dict[str, Any]:
    return {
        "update_id": str(row.id),
        "service_request_id": str(row.report_id),
        "updated_datetime": stamp(row.at),
        "status": UPDATE_WORDS[Status(row.status or Status.OPEN)],
        "description": row.text,
        "media_url": None,
    }
