"""Which pictures reports still need, which of them were covered, and which wait for a look."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import or_, select

from participation.reports.models import Report, ReportPhoto
from participation.reports.photos.models import (
    CoveredPicture,
    PhotoOriginal,
    RemovedPhoto,
    UnlookedPhoto,
)
from participation.reports.rules import PUBLIC
from services.db import Session
from services.db.keys import among, keys_named

WAITS = UnlookedPhoto.until.is_(None)
SHOWN = tuple(state.value for state in PUBLIC)


class Pictured(msgspec.Struct, frozen=True):
    """The report a picture is of, as far as its page names it."""

    id: str
    title: str


class KeptOriginal(msgspec.Struct, frozen=True):
    """The picture before it was covered, as far as it may be named: since when, until when."""

    kept_at: datetime
    expires_at: datetime


def kept_of(session: Session, report_id: UUID, at: datetime) -> dict[int, KeptOriginal]:
    """Return what is kept of a report's photos from before they were covered, by position."""
    rows = session.execute(
        select(PhotoOriginal.position, PhotoOriginal.kept_at, PhotoOriginal.expires_at)
        .where(PhotoOriginal.report_id == report_id)
        .where(PhotoOriginal.expires_at > at)
    )
    return {row.position: KeptOriginal(row.kept_at, row.expires_at) for row in rows}


def is_covered(session: Session, photo_hash: str) -> bool:
    """Say whether a picture stands under a cover: then nobody sees it by its own address."""
    return session.get(CoveredPicture, photo_hash) is not None


def shown_as(session: Session, photo_hash: str) -> str | None:
    """Return the picture that is shown where this one is sent: covered, if it ever was.

    None where the covered one was taken off for good too: it is shown no more.
    """
    covered = session.get(CoveredPicture, photo_hash)
    return covered.redacted_hash or None if covered else photo_hash


def removed_for_good(session: Session, hashes: Sequence[str]) -> set[str]:
    """Return those of `hashes` that are shown no more, whoever sends them."""
    gone = CoveredPicture.photo_hash.in_(hashes), CoveredPicture.redacted_hash == ""
    return set(session.scalars(select(CoveredPicture.photo_hash).where(*gone)))


def still_shown(session: Session, hashes: Sequence[str]) -> set[str]:
    """Return those of `hashes` that a report shows, or that may still be hung again."""
    asked = (Report.photo_hash, ReportPhoto.photo_hash, RemovedPhoto.photo_hash)
    found = [session.scalars(select(column).where(column.in_(hashes))) for column in asked]
    return {one for some in found for one in some if one is not None}


WAITING = (
    select(UnlookedPhoto.report_id, UnlookedPhoto.photo_hash)
    .where(among(UnlookedPhoto.report_id.expression, keys_named("ids")), WAITS)
    .order_by(UnlookedPhoto.position, UnlookedPhoto.since)
)


def waiting_of(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return the photos that nobody has looked over yet, in their order, by their reports."""
    found: dict[UUID, list[str]] = {}
    for report_id, name in session.execute(WAITING, {"ids": list(ids)}):
        found.setdefault(report_id, []).append(name)
    return found


def waiting_as(session: Session, photo_hash: str) -> list[UnlookedPhoto]:
    """Return where a picture waits to be looked over, read anew."""
    same = UnlookedPhoto.photo_hash == photo_hash, WAITS
    asked = select(UnlookedPhoto).where(*same).execution_options(populate_existing=True)
    return list(session.scalars(asked.order_by(UnlookedPhoto.report_id)))


def is_public(session: Session, photo_hash: str) -> bool:
    """Say whether a report that everyone sees shows a picture: then it was looked over."""
    first = select(Report.id).where(Report.photo_hash == photo_hash)
    further = select(Report.id).join(ReportPhoto, ReportPhoto.report_id == Report.id)
    asked = (first, further.where(ReportPhoto.photo_hash == photo_hash))
    return any(session.scalar(one.where(Report.status.in_(SHOWN)).limit(1)) for one in asked)


class Expired(msgspec.Struct, frozen=True):
    """A picture under a cover whose time is over, and the report it was of."""

    id: UUID
    report_id: UUID


def expired_originals(session: Session, at: datetime, limit: int) -> list[Expired]:
    """Return what is kept under covers and was to be kept until before `at`, oldest first."""
    rows = session.execute(
        select(PhotoOriginal.id, PhotoOriginal.report_id)
        .where(PhotoOriginal.expires_at <= at)
        .order_by(PhotoOriginal.expires_at)
        .limit(limit)
    )
    return [Expired(*row) for row in rows]


def originals_of(session: Session, person_id: UUID) -> list[Expired]:
    """Return what is kept under covers of a person's pictures."""
    mine = PhotoOriginal.reporter_id == person_id
    rows = session.execute(select(PhotoOriginal.id, PhotoOriginal.report_id).where(mine))
    return [Expired(*row) for row in rows]


def held_pictures(session: Session, hashes: Sequence[str], at: datetime) -> set[str]:
    """Return those of `hashes` that a report shows, that cover another, that wait for a look
    over, or are kept for now.

    What covers another is shown in its place whenever that comes again, so it stays until a
    moderator took it off for good.
    """
    shown = select(Report.photo_hash).where(Report.photo_hash.in_(hashes))
    further = select(ReportPhoto.photo_hash).where(ReportPhoto.photo_hash.in_(hashes))
    kept = select(PhotoOriginal.photo_hash).where(
        PhotoOriginal.photo_hash.in_(hashes), PhotoOriginal.expires_at > at
    )
    covers = select(CoveredPicture.redacted_hash).where(CoveredPicture.redacted_hash.in_(hashes))
    aside = [
        select(column).where(column.in_(hashes), RemovedPhoto.until > at)
        for column in (RemovedPhoto.photo_hash, RemovedPhoto.original_hash)
    ]
    waits = select(UnlookedPhoto.photo_hash).where(
        UnlookedPhoto.photo_hash.in_(hashes), or_(WAITS, UnlookedPhoto.until > at)
    )
    every = (shown, further, kept, covers, waits, *aside)
    return {one for asked in every for one in session.scalars(asked) if one is not None}


def export_of(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return which pictures of a person are kept under a cover, until when, and which wait."""
    waits = select(UnlookedPhoto).join(Report, Report.id == UnlookedPhoto.report_id)
    waiting = session.scalars(waits.where(Report.reporter_id == person_id, WAITS))
    rows = session.scalars(select(PhotoOriginal).where(PhotoOriginal.reporter_id == person_id))
    return {
        "originals": [
            {"report": str(row.report_id), "kept_until": row.expires_at.isoformat()} for row in rows
        ],
        "unlooked": [
            {
                "report": str(row.report_id),
                "photo": row.photo_hash,
                "since": row.since.isoformat(),
            }
            for row in waiting
        ],
    }
