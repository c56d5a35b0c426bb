"""Which pictures reports still need, and which of them were covered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from participation.reports.models import Report
from participation.reports.photos.models import PhotoOriginal
from services.db import Session


class KeptOriginal(msgspec.Struct, frozen=True):
    """The picture before it was covered, as far as it may be named: since when, until when."""

    kept_at: datetime
    expires_at: datetime


def original_of(session: Session, report_id: UUID, at: datetime) -> KeptOriginal | None:
    """Return what is kept of a report's picture from before it was covered."""
    row = session.execute(
        select(PhotoOriginal.kept_at, PhotoOriginal.expires_at)
        .where(PhotoOriginal.report_id == report_id)
        .where(PhotoOriginal.expires_at > at)
    ).one_or_none()
    return KeptOriginal(row.kept_at, row.expires_at) if row else None


def is_covered(session: Session, photo_hash: str) -> bool:
    """Say whether a picture stands under a cover: then nobody sees it by its own address."""
    rows = select(PhotoOriginal.id).where(PhotoOriginal.photo_hash == photo_hash)
    return session.scalar(rows.limit(1)) is not None


def held_pictures(session: Session, hashes: Sequence[str], at: datetime) -> set[str]:
    """Return those of `hashes` that a report shows, or that are kept under a cover for now."""
    shown = select(Report.photo_hash).where(Report.photo_hash.in_(hashes))
    kept = select(PhotoOriginal.photo_hash).where(
        PhotoOriginal.photo_hash.in_(hashes), PhotoOriginal.expires_at > at
    )
    return {*session.scalars(shown), *session.scalars(kept)} - {None}


def export_of(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return which pictures of a person are kept under a cover, and until when."""
    rows = session.scalars(select(PhotoOriginal).where(PhotoOriginal.reporter_id == person_id))
    return {
        "originals": [
            {"report": str(row.report_id), "kept_until": row.expires_at.isoformat()} for row in rows
        ]
    }
