"""Covering part of a picture, looking under the cover once more, and taking it off again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from participation.events.reports import ReportChanged
from participation.reports.history.chain import add_entry
from participation.reports.models import Report, ReportEntry
from participation.reports.photos.models import PhotoOriginal
from services import audit, outbox
from services.auth import Actor
from services.db import Session
from services.errors import NotFoundError

KEPT = timedelta(days=30)


def cover_photo(
    session: Session, actor: Actor, report: Report, redacted: str, *, at: datetime
) -> None:
    """Put a covered picture in the place of the one a report shows, wherever else it is shown.

    The picture before is kept for `KEPT`, for staff alone; what was covered in steps keeps the
    picture from before the first step.
    """
    before = report.photo_hash
    if before is None or before == redacted:
        return
    for same in session.scalars(select(Report).where(Report.photo_hash == before)).all():
        _keep(session, same, before, redacted, at)
        _replace(session, actor, same, redacted, at)


def _keep(session: Session, report: Report, before: str, redacted: str, at: datetime) -> None:
    kept = _kept(session, report.id)
    if kept is None:
        kept = PhotoOriginal(report_id=report.id, photo_hash=before, kept_at=at)
        session.add(kept)
    kept.reporter_id, kept.redacted_hash, kept.expires_at = report.reporter_id, redacted, at + KEPT


def _kept(session: Session, report_id: UUID) -> PhotoOriginal | None:
    return session.scalar(select(PhotoOriginal).where(PhotoOriginal.report_id == report_id))


def _standing(session: Session, report: Report, at: datetime) -> PhotoOriginal:
    kept = _kept(session, report.id)
    if kept is None or kept.expires_at <= at:
        raise NotFoundError
    return kept


def look_at_original(session: Session, actor: Actor, report: Report, *, at: datetime) -> str:
    """Return the hash of the picture under the cover; each look is on record.

    Raises NotFoundError when none is kept any more.
    """
    kept = _standing(session, report, at)
    audit.record(session, actor.id, "look_at_original", "report", str(report.id), at=at)
    return kept.photo_hash


def uncover_photo(session: Session, actor: Actor, report: Report, *, at: datetime) -> None:
    """Show the picture as it was sent again, wherever the same one was covered.

    Raises NotFoundError when it is kept no more.
    """
    before = _standing(session, report, at).photo_hash
    same = select(PhotoOriginal).where(PhotoOriginal.photo_hash == before)
    for kept in session.scalars(same).all():
        session.delete(kept)
        covered = session.get_one(Report, kept.report_id)
        _replace(session, actor, covered, before, at, "uncovered")


def cover_again(session: Session, report: Report, actor: Actor, *, at: datetime) -> bool:
    """Cover a picture that came a second time; return whether it was one of those."""
    known = select(PhotoOriginal).where(
        PhotoOriginal.photo_hash == report.photo_hash, PhotoOriginal.expires_at > at
    )
    kept = session.scalars(known.limit(1)).one_or_none()
    if kept is None or report.photo_hash is None:
        return False
    _keep(session, report, report.photo_hash, kept.redacted_hash, at)
    _replace(session, actor, report, kept.redacted_hash, at)
    return True


def _replace(
    session: Session, actor: Actor, report: Report, photo: str, at: datetime, kind: str = "redacted"
) -> None:
    report.photo_hash = photo
    add_entry(session, _entry(actor, report, kind, at))
    verb = "cover_photo" if kind == "redacted" else "uncover_photo"
    audit.record(session, actor.id, verb, "report", str(report.id), at=at)
    outbox.publish(session, ReportChanged(report_id=report.id, what=verb), at=at)


def _entry(actor: Actor, report: Report, kind: str, at: datetime) -> ReportEntry:
    return ReportEntry(
        report_id=report.id,
        at=at,
        kind=kind,
        status=report.status,
        text="",
        role="staff" if actor.id else "system",
        actor_id=actor.id,
        public=False,
    )


def forget_originals(
    session: Session, actor: Actor, expired: Sequence[PhotoOriginal], *, at: datetime
) -> None:
    """Let go of pictures under covers; services.media then deletes the files nobody holds."""
    for kept in expired:
        session.delete(kept)
        audit.record(session, actor.id, "forget_original", "report", str(kept.report_id), at=at)


def erase_person(session: Session, person_id: UUID, at: datetime) -> None:
    """Let go of a person's pictures under covers at once; what is shown stays as it is."""
    mine = session.scalars(select(PhotoOriginal).where(PhotoOriginal.reporter_id == person_id))
    forget_originals(session, Actor(None), mine.all(), at=at)
