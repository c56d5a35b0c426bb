"""Who is blocked for a while, what waits for a first look, and what is known of a reporter."""

import math
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, true

from participation.accounts import directory
from participation.reports.blocks.models import ReportBlock, ReportTrace
from participation.reports.blocks.rules import (
    CROWD_M,
    CROWD_WITHIN,
    GRAVE,
    NEW_FOR,
    SWARM_M,
    SWARM_WITHIN,
    Past,
)
from participation.reports.models import Report, ReportEntry
from participation.reports.photos.queries import waiting_of
from participation.reports.queries import Photo, further_photos, photo_of
from participation.reports.routing.queries import handled_by
from participation.reports.rules import PUBLIC, Status
from services.auth import Actor
from services.db import Moment, Session

DEGREE_M = 111_320.0
LENGTH = 100
SHOWN = tuple(s.value for s in PUBLIC)


class Block(msgspec.Struct, frozen=True):
    """A block as the person reads it."""

    id: UUID
    reason: str
    since: datetime
    until: datetime


class BlockLine(msgspec.Struct, frozen=True):
    """A block as the console lists it; `who` is empty for a browser, `holds` while it counts.

    `left` says that its person erased their account.
    """

    id: UUID
    who: str
    reason: str
    since: datetime
    until: datetime
    by: str
    lifted_at: datetime | None
    holds: bool
    left: bool


class Waiting(msgspec.Struct, frozen=True):
    """A report that waits for a first look; `why` as rules say, `photos` the further ones.

    Of all its photos `unlooked` were looked over by nobody: others do not see those yet.
    """

    id: str
    title: str
    text: str
    category: str
    status: str
    opened_at: datetime
    severity: int
    place: str
    thumb_url: str | None
    why: str
    photos: list[Photo]
    unlooked: int

    @property
    def grave(self) -> bool:
        return self.severity >= GRAVE


class Trace(msgspec.Struct, frozen=True):
    """Whom a block can be laid on because of a report."""

    person_id: UUID | None
    device: str | None


def holding(at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a block holds at `at`, which is now.

    None is laid or lifted ahead of its time: where it seems so a clock was ahead.
    """
    return (ReportBlock.until > at) & ReportBlock.lifted_at.is_(None)


# Whose block it was erased their account; hashes stand where their name was.
OF_ERASED = ReportBlock.person_id.is_(None) & ReportBlock.device.is_(None)

# A person or a browser that is not known is nobody's: NULL equals nothing.
LONGEST = (
    select(ReportBlock.id, ReportBlock.reason, ReportBlock.since, ReportBlock.until)
    .where(
        or_(ReportBlock.person_id == bindparam("person"), ReportBlock.device == bindparam("device"))
    )
    .where(holding(bindparam("at", type_=Moment())))
    .order_by(ReportBlock.until.desc())
    .limit(1)
)


def block_on(session: Session, person_id: UUID | None, device: str, at: datetime) -> Block | None:
    """Return the longest block that holds on a person or a browser at `at`."""
    if person_id is None and not device:
        return None
    asked = {"person": person_id, "device": device or None, "at": at}
    row = session.execute(LONGEST, asked).one_or_none()
    return Block(*row) if row else None


class Spot(msgspec.Struct, frozen=True):
    """Where and from which browser someone reports; WGS84 degrees."""

    lat: float
    lon: float
    device: str = ""

    def around(self, metres: float) -> ColumnElement[bool]:
        """Return the condition that a report lies in the square of twice `metres` around."""
        high = metres / DEGREE_M
        wide = high / max(math.cos(math.radians(self.lat)), 0.01)
        return Report.lat.between(self.lat - high, self.lat + high) & Report.lon.between(
            self.lon - wide, self.lon + wide
        )


def past_of(session: Session, person_id: UUID, spot: Spot, at: datetime) -> Past:
    """Return what is known of a reporter, and of the spot in the last minutes and the last day."""
    told = _told(session, spot.around(CROWD_M), at - CROWD_WITHIN, at)
    near = set(_told(session, spot.around(SWARM_M), at - SWARM_WITHIN, at)) - {person_id}
    sinces = directory.sinces_of(session, near)
    return Past(
        directory.since_of(session, person_id),
        _trusted(session, person_id),
        sum(told.values()),
        len(set(told) | {person_id}),
        sum(at - since < NEW_FOR for since in sinces.values()),
        len(near & _of_device(session, spot, at)) if spot.device else 0,
    )


def _told(
    session: Session, where: ColumnElement[bool], since: datetime, at: datetime
) -> dict[UUID, int]:
    """Return how many reports each person made there."""
    rows = session.execute(
        select(Report.reporter_id, func.count())
        .where(Report.opened_at > since, Report.opened_at <= at, where)
        .where(Report.reporter_id.is_not(None))
        .group_by(Report.reporter_id)
        .limit(LENGTH)
    )
    return {person_id: count for person_id, count in rows if person_id is not None}


def _of_device(session: Session, spot: Spot, at: datetime) -> set[UUID]:
    """Return who reported around from this very browser in the last day."""
    rows = session.scalars(
        select(Report.reporter_id)
        .join(ReportTrace, ReportTrace.report_id == Report.id)
        .where(Report.opened_at > at - SWARM_WITHIN, Report.opened_at <= at)
        .where(spot.around(SWARM_M), ReportTrace.device == spot.device)
        .distinct()
        .limit(LENGTH)
    )
    return {person_id for person_id in rows if person_id is not None}


def _trusted(session: Session, person_id: UUID) -> bool:
    """Say whether staff took up, or let through, a report of a person before."""
    accepted = (
        select(ReportEntry.id)
        .join(Report, Report.id == ReportEntry.report_id)
        .where(Report.reporter_id == person_id, ReportEntry.role == "staff")
        .where(ReportEntry.public, ReportEntry.status.in_(SHOWN))
    )
    return session.scalar(accepted.limit(1)) is not None


def blocks(session: Session, actor: Actor, at: datetime) -> list[BlockLine]:
    """Return the newest blocks, those that hold first; to bounded staff only those they laid."""
    theirs = ReportBlock.by_id == actor.id if actor.bounded else true()
    rows = session.scalars(
        select(ReportBlock)
        .where(theirs)
        .order_by(holding(at).desc(), ReportBlock.since.desc())
        .limit(LENGTH)
    ).all()
    ids = {one for row in rows for one in (row.person_id, row.by_id) if one is not None}
    names: dict[Any, str] = {**directory.names_of(session, ids)}
    held = set(session.scalars(select(ReportBlock.id).where(holding(at))))
    return [
        BlockLine(
            row.id,
            names.get(row.person_id, ""),
            row.reason,
            row.since,
            row.until,
            names.get(row.by_id, ""),
            row.lifted_at,
            row.id in held,
            row.person_id is None and row.device is None,
        )
        for row in rows
    ]


def waiting(session: Session, actor: Actor) -> list[Waiting]:
    """Return what waits for a first look: gravest first, then oldest."""
    rows = session.execute(
        select(Report, ReportTrace.why)
        .outerjoin(ReportTrace, ReportTrace.report_id == Report.id)
        .where(Report.status == Status.HELD.value, handled_by(actor))
        .order_by(Report.severity.desc(), Report.opened_at, Report.id)
        .limit(LENGTH)
    ).all()
    ids = [row.Report.id for row in rows]
    further, unlooked = further_photos(session, ids), waiting_of(session, ids)
    return [
        _waiting(row.Report, row.why or "", further.get(key, []), unlooked.get(key, []))
        for key, row in zip(ids, rows, strict=True)
    ]


def _waiting(r: Report, why: str, further: list[str], unlooked: list[str]) -> Waiting:
    photos = [photo_of(name) for name in (r.photo_hash, *further, *unlooked) if name]
    return Waiting(
        id=str(r.id),
        title=r.title,
        text=r.text,
        category=r.category,
        status=r.status,
        opened_at=r.opened_at,
        severity=r.severity,
        place=r.place,
        thumb_url=photos[0].small_url if photos else None,
        why=why,
        photos=photos[1:],
        unlooked=len(unlooked),
    )


def waiting_count(session: Session, actor: Actor) -> tuple[int, int]:
    """Return how many reports wait for a first look, and how many of them are grave."""
    held = and_(Report.status == Status.HELD.value, handled_by(actor))
    grave = select(func.count()).where(held, Report.severity >= GRAVE)
    return session.scalar(select(func.count()).where(held)) or 0, session.scalar(grave) or 0


def trace_of(session: Session, report: Report) -> Trace:
    """Return who and which browser a report came from."""
    row = session.get(ReportTrace, report.id)
    return Trace(report.reporter_id, row.device if row else None)


def export_of(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return the blocks on a person, or laid by them, and why their reports waited."""
    of = or_(ReportBlock.person_id == person_id, ReportBlock.by_id == person_id)
    lifted = ReportBlock.lifted_by_id == person_id
    found = session.scalars(select(ReportBlock).where(or_(of, lifted)))
    traces = session.scalars(select(ReportTrace).where(ReportTrace.person_id == person_id))
    return {
        "blocks": [
            {"reason": b.reason, "since": b.since.isoformat(), "until": b.until.isoformat()}
            for b in found
        ],
        "traces": [
            {"report": str(t.report_id), "browser": t.device, "waited_because": t.why}
            for t in traces
        ],
    }
