"""What other systems read of reports: the public ones, without anyone's name."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, FromClause, Select, Tuple, Uuid, literal, or_, select, tuple_

from participation.reports.forwarding.models import Forwarding, OutsideBody
from participation.reports.models import Report, ReportEntry
from participation.reports.open311.format import DETAIL, STATE, Asked, names
from participation.reports.queries import further_photos, photo_of
from participation.reports.routing.models import Body, Team
from participation.reports.rules import CITY_SAID, PUBLIC, QUESTIONS, Category, Status
from services import i18n
from services.db import Moment, Session
from services.db.keys import among, of_each, written
from services.db.moments import stamped
from services.maps import Box, ranges

SOURCE = "open311"
FEW = 4
# Columns of the table, not of the class: a page may hold a thousand, and this is read faster.
TABLE: FromClause = Report.__table__
C = TABLE.c
SHOWN = (
    *(C.id, C.status, C.category, C.text, C.answer, C.source, C.source_id, C.opened_at),
    *(stamped(C[name], f"{name}_told") for name in ("opened_at", "changed_at", "due_at")),
    *(C.place, C.lat, C.lon, C.photo_hash, C.followers, C.team_id),
)


class Told(msgspec.Struct):
    """A row of these columns. A field of it is read in an eighth of the time a Row takes."""

    id: UUID
    status: str
    category: str
    text: str
    answer: str
    source: str | None
    source_id: str | None
    opened_at: datetime
    opened: str
    changed: str
    due: str
    place: str
    lat: float
    lon: float
    photo_hash: str | None
    followers: int
    team_id: UUID | None


class Step(msgspec.Struct):
    """A public word of the city on the report `key`; `at` as it is told."""

    key: str
    at: str
    status: str | None
    text: str


ENTRIES: FromClause = ReportEntry.__table__
HIDDEN = tuple(s.value for s in Status if s not in PUBLIC)


class Listed(msgspec.Struct, frozen=True):
    """A list as the standard names its fields; `last` is where the page ended, if it is full.

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
    answers: Mapping[str, list[Step]]
    teams: Mapping[UUID | None, str]
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
    rows = [Told(*row) for row in session.execute(_ordered(query, asked).limit(asked.size))]
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


def _teams(session: Session, ids: set[UUID]) -> dict[UUID | None, str]:
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
        .where(among(Forwarding.report_id.expression, ids))
        .where(Forwarding.remote_id.is_not(None))
        .order_by(Forwarding.taken_at)
    )
    return {row.key: row.name for row in session.execute(wanted)}


def _ordered(query: Select[*tuple[Any, ...]], asked: Asked) -> Select[*tuple[Any, ...]]:
    if asked.page is None:
        return query.order_by(Report.opened_at.desc(), Report.id.desc())
    query = query.order_by(Report.opened_at, Report.id)
    if asked.after is None:
        return query.offset((asked.page - 1) * asked.size)
    return query.where(tuple_(Report.opened_at, Report.id) > behind(asked.after))


def behind(place: tuple[datetime, UUID]) -> Tuple:
    """Return where a page ended, to be compared with a moment and an id."""
    return tuple_(literal(place[0], Moment), literal(place[1], Uuid))


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
        if west <= east and south <= north:
            query = query.where(_near(asked.box))
    return query


def _near(box: Box) -> ColumnElement[bool]:
    """Return that a report lies near a box: PostgreSQL reads a small one by the map's index.

    Few ranges of cells, for the exact place is asked for beside them.
    """
    return or_(*(Report.cell.between(low, high) for low, high in ranges(box, FEW)))


def _answers(session: Session, ids: list[UUID]) -> dict[str, list[Step]]:
    """Return what the city said in public, oldest first, by report."""
    e = ENTRIES.c
    said = select(e.report_id, e.at, e.id, e.status, e.text)
    said = said.where(e.public, e.kind.in_(CITY_SAID))
    s = of_each(session.get_bind().dialect.name, said, e.report_id, ids).c
    wanted = select(written(s.report_id), stamped(s.at, "at"), s.status, s.text)
    wanted = wanted.order_by(s.at, s.id)
    found: dict[str, list[Step]] = {}
    for row in session.execute(wanted):
        step = Step(*row)
        found.setdefault(step.key, []).append(step)
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
        "requested_datetime": row.opened,
        "updated_datetime": row.changed,
        "expected_datetime": row.due,
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


def _extensions(row: Told, steps: list[Step], reader: Reader) -> dict[str, Any]:
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


def is_own(report: Sourced, key_id: UUID) -> bool:
    """Say whether a report was told with this key (actions.OutsideReport.names)."""
    return report.source == SOURCE and (report.source_id or "").startswith(f"{key_id.hex}:")


def _note(step: Step) -> dict[str, Any]:
    return {"datetime": step.at, "type": step.status, "description": step.text}
