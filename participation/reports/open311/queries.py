"""What other systems read of reports: the public ones, without anyone's name. And our keys."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, FromClause, Row, Select, Uuid, literal, or_, select, tuple_

from participation.reports.forwarding.models import Forwarding, OutsideBody
from participation.reports.models import Report, ReportEntry
from participation.reports.open311.format import DETAIL, STATE, UPDATE_WORDS, Asked, names
from participation.reports.open311.models import Open311Key
from participation.reports.open311.rules import KeyRow
from participation.reports.queries import further_photos, photo_of
from participation.reports.routing.models import Body, Team
from participation.reports.rules import CITY_SAID, DISPUTED, PUBLIC, QUESTIONS, Category, Status
from services import i18n
from services.db import Moment, Session
from services.db.keys import written
from services.db.moments import stamp, stamped

SOURCE = "open311"
# A row of the columns below.
Told = Row[*tuple[Any, ...]]
# Columns of the table, not of the class: a page may hold a thousand, and this is read faster.
TABLE: FromClause = Report.__table__
C = TABLE.c
SHOWN = (
    *(C.id, C.status, C.category, C.text, C.answer, C.source, C.source_id, C.opened_at),
    *(stamped(C[name], f"{name}_told") for name in ("opened_at", "changed_at", "due_at")),
    *(C.place, C.lat, C.lon, C.photo_hash, C.followers, C.team_id),
)
ENTRIES: FromClause = ReportEntry.__table__
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


class Reader(msgspec.Struct, frozen=True):
    """Who reads: in which language, with which key, whether with the extensions.

    `host` leads the addresses of pictures. With its key a system also reads what it sent itself.
    """

    host: str
    lang: str = "en"
    more: bool = False
    key_id: UUID | None = None


class _Beside(msgspec.Struct, frozen=True):
    """What belongs to the rows of a page: answers and bodies by report, bodies by team."""

    reader: Reader
    names: Mapping[str, str]
    answers: Mapping[str, list[Told]]
    teams: Mapping[UUID, str]
    passed_on: Mapping[str, str]
    photos: Mapping[UUID, list[str]]


def requests_of(session: Session, asked: Asked, reader: Reader) -> Listed:
    """Return the requests that are asked for.

    Without a page: the newest first. By page: the oldest first, so that what is told meanwhile
    is added behind and moves nothing.
    """
    if asked.after is not None and asked.since is not None and asked.since <= asked.after[0]:
        # One lower bound: of two a database may choose the lower one, and read all up to here.
        asked = msgspec.structs.replace(asked, since=None)
    query = _narrowed(select(*SHOWN).where(Report.status.not_in(HIDDEN)), asked)
    rows = session.execute(_ordered(query, asked).limit(asked.size)).all()
    beside = _beside(session, rows, reader)
    told = [_request(row, beside) for row in rows]
    full = asked.page is not None and len(rows) == asked.size
    return Listed(told, (rows[-1].opened_at, rows[-1].id) if full else None)


def _beside(session: Session, rows: Sequence[Told], reader: Reader) -> _Beside:
    ids = [row.id for row in rows]
    return _Beside(
        reader,
        names(reader.lang),
        _answers(session, ids),
        _teams(session, {row.team_id for row in rows if row.team_id is not None}),
        _passed_on(session, ids),
        further_photos(session, ids) if reader.more else {},
    )


def _teams(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    """Return body and team by team."""
    if not ids:
        return {}
    wanted = select(Team.id, Body.name, Team.name).join(Body, Body.id == Team.body_id)
    rows = session.execute(wanted.where(Team.id.in_(ids)))
    return {key: f"{body}, {team}" for key, body, team in rows}


def _passed_on(session: Session, ids: list[UUID]) -> dict[str, str]:
    """Return who has them now of those that were taken by another body."""
    if not ids or session.scalar(select(Forwarding.id).limit(1)) is None:
        return {}
    wanted = (
        select(written(Forwarding.report_id.expression), OutsideBody.name)
        .join(OutsideBody, OutsideBody.id == Forwarding.body_id)
        .where(Forwarding.report_id.in_(ids), Forwarding.remote_id.is_not(None))
        .order_by(Forwarding.taken_at)
    )
    return {row.key: row.name for row in session.execute(wanted)}


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


def _answers(session: Session, ids: list[UUID]) -> dict[str, list[Told]]:
    """Return what the city said in public, oldest first, by report."""
    e = ENTRIES.c
    wanted = (
        select(written(e.report_id), stamped(e.at, "at"), e.status, e.text)
        .where(e.report_id.in_(ids), e.public, e.kind.in_(CITY_SAID))
        .order_by(e.at, e.id)
    )
    found: dict[str, list[Told]] = {}
    for entry in session.execute(wanted):
        found.setdefault(entry.key, []).append(entry)
    return found


def _request(row: Told, beside: _Beside) -> dict[str, Any]:
    key, reader = str(row.id), beside.reader
    steps = beside.answers.get(key, [])
    said = [step.text for step in steps if step.text]
    pictures = _pictures(row, beside)
    told: dict[str, Any] = {
        "service_request_id": key,
        "status": STATE[row.status],
        "status_notes": said[-1] if said else None,
        "service_name": beside.names[row.category],
        "service_code": row.category,
        "description": row.text,
        "agency_responsible": beside.passed_on.get(key) or beside.teams.get(row.team_id),
        "service_notice": None,
        "requested_datetime": row.opened_at_told,
        "updated_datetime": row.changed_at_told,
        "expected_datetime": row.due_at_told,
        "address": row.place or None,
        "address_id": None,
        "zipcode": None,
        "lat": row.lat,
        "long": row.lon,
        "media_url": pictures[0] if pictures else None,
    }
    if not reader.more:
        return told
    more = _extensions(row, steps, reader)
    more["extended_attributes"]["media_urls"] = pictures
    return told | more


def _pictures(row: Told, beside: _Beside) -> list[str]:
    """Return the addresses of a row's photos; the first alone where no extensions are asked for."""
    names = [*filter(None, [row.photo_hash]), *beside.photos.get(row.id, [])]
    return [beside.reader.host + photo_of(name).large_url for name in names]


def _extensions(row: Told, steps: list[Told], reader: Reader) -> dict[str, Any]:
    """Return what is told beyond the standard. Staff alone read an answer, and who sent it."""
    own = reader.key_id is not None and is_own(row, reader.key_id)
    detail = (row.answer or None) if own else None
    asked = i18n.translate(reader.lang, QUESTIONS[Category(row.category)])
    answered = {"code": DETAIL, "description": asked, "value": detail}
    return {
        "attributes": [answered] if detail else [],
        "extended_attributes": {
            "status": row.status,
            "followers": row.followers,
            DETAIL: detail,
        },
        "notes": [_note(step) for step in steps],
    }


class Sourced(Protocol):
    """What of a report says where it came from."""

    @property
    def source(self) -> str | None: ...
    @property
    def source_id(self) -> str | None: ...


def is_own(report: Sourced | Told, key_id: UUID) -> bool:
    """Say whether a report was told with this key (actions.OutsideReport.names)."""
    return report.source == SOURCE and (report.source_id or "").startswith(f"{key_id.hex}:")


def _note(step: Told) -> dict[str, Any]:
    return {"datetime": step.at, "type": step.status, "description": step.text}


def updates_of(session: Session, asked: Asked, key_id: UUID | None) -> list[dict[str, Any]]:
    """Return the city's public answers of a span, oldest first, as FixMyStreet reads them.

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


def all_keys(session: Session) -> list[KeyRow]:
    """Return every key, newest first."""
    rows = session.scalars(select(Open311Key).order_by(Open311Key.made_at.desc(), Open311Key.id))
    return [key_row(row) for row in rows]


def bodies(session: Session) -> dict[UUID, str]:
    """Return the bodies a key may be held by, by name."""
    rows = session.execute(select(Body.id, Body.name).order_by(Body.name))
    return {row.id: row.name for row in rows}


def key_row(row: Open311Key) -> KeyRow:
    """Return a key as the console shows it and the edge asks it."""
    scopes, kinds = _words(row.scopes), _words(row.categories)
    return KeyRow(row.id, row.name, row.made_at, row.revoked_at, scopes, kinds, row.body_id)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split(",") if word)
