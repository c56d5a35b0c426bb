"""Taking a photo off a report, and hanging it where it was for as long as that can be undone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from participation.events.reports import ReportChanged
from participation.reports.access import hold
from participation.reports.history.chain import add_entry
from participation.reports.models import Report, ReportEntry, ReportPhoto
from participation.reports.photos.access import Frame, kept_under, step_of
from participation.reports.photos.models import CoveredPicture, PhotoOriginal, RemovedPhoto
from participation.reports.photos.queries import shown_as, still_shown
from participation.reports.queries import photos_of
from participation.reports.rules import MOST_PHOTOS, PHOTO_BACK, PHOTO_REMOVED, UNDO_S
from services import audit, outbox
from services.auth import Actor
from services.db import Session
from services.errors import InvalidError, RefusedError


def remove_photo(
    session: Session, actor: Actor, report: Report, photo: str, reason: str, *, at: datetime
) -> UUID:
    """Take a photo off a report, with what is kept under its cover; return the step's id.

    Those after it move up. For UNDO_S the step can be taken back; then services.media deletes what
    nobody holds any more. The reason is for the team. Raises InvalidError without one, and
    RefusedError where the report does not show the photo any more.
    """
    hold(session, report)
    if not reason.strip():
        raise InvalidError("removal_reason_needed", {"reason": "empty"})
    photos = photos_of(session, report)
    if photo not in photos:
        raise RefusedError("photo_changed")
    frame = Frame(report, photos.index(photo) + 1)
    step = step_of(actor, report, PHOTO_REMOVED, at)
    step.text = reason.strip()
    entry = add_entry(session, step)
    session.add(_set_aside(session, frame, entry, photo, at))
    _shift_originals(session, report, frame.position + 1, -1)
    _hang(session, report, [one for one in photos if one != photo])
    _told(session, actor, "remove_photo", report, at)
    return entry.id


def _set_aside(
    session: Session, frame: Frame, entry: ReportEntry, photo: str, at: datetime
) -> RemovedPhoto:
    until = at + timedelta(seconds=UNDO_S)
    aside = RemovedPhoto(entry_id=entry.id, position=frame.position, photo_hash=photo, until=until)
    if (kept := kept_under(session, frame)) is not None:
        aside.original_hash, aside.kept_at = kept.photo_hash, kept.kept_at
        aside.expires_at = kept.expires_at
        session.delete(kept)
        session.flush()
    return aside


def restore_photo(session: Session, actor: Actor, entry: ReportEntry, *, at: datetime) -> bool:
    """Hang a photo again that a step took off; say whether it could be.

    It cannot where another hangs in its place by now, or where it is let go of already.
    """
    report = session.get_one(Report, entry.report_id)
    hold(session, report)
    aside, photos = session.get(RemovedPhoto, entry.id), photos_of(session, report)
    if aside is None or aside.until < at or len(photos) >= MOST_PHOTOS:
        return False
    # The same picture may have been covered meanwhile where another report shows it.
    photo = shown_as(session, aside.photo_hash)
    if photo is None or photo in photos:
        return False
    position = min(aside.position, len(photos) + 1)
    _shift_originals(session, report, position, 1)
    _hang(session, report, [*photos[: position - 1], photo, *photos[position - 1 :]])
    _keep_again(session, report, aside, position, photo)
    session.delete(aside)
    entry.kind = PHOTO_BACK
    _told(session, actor, "restore_photo", report, at)
    return True


def _keep_again(
    session: Session, report: Report, aside: RemovedPhoto, position: int, photo: str
) -> None:
    if aside.original_hash is None or aside.kept_at is None or aside.expires_at is None:
        return
    kept = PhotoOriginal(report_id=report.id, position=position, photo_hash=aside.original_hash)
    kept.reporter_id, kept.redacted_hash = report.reporter_id, photo
    kept.kept_at, kept.expires_at = aside.kept_at, aside.expires_at
    session.add(kept)


def _shift_originals(session: Session, report: Report, start: int, by: int) -> None:
    """Move what is kept of the photos from `start` on with them; one by one, so no two collide."""
    those = PhotoOriginal.report_id == report.id, PhotoOriginal.position >= start
    rows = session.scalars(select(PhotoOriginal).where(*those)).all()
    for kept in sorted(rows, key=lambda one: one.position, reverse=by > 0):
        kept.position += by
        session.flush()


def _hang(session: Session, report: Report, photos: Sequence[str]) -> None:
    """Let a report show these photos, in this order."""
    report.photo_hash = photos[0] if photos else None
    further = select(ReportPhoto).where(ReportPhoto.report_id == report.id)
    there = {row.position: row for row in session.scalars(further)}
    for position in range(2, MOST_PHOTOS + 1):
        row, photo = there.get(position), photos[position - 1 : position]
        if row is None and photo:
            new = ReportPhoto(report_id=report.id, position=position, photo_hash=photo[0])
            session.add(new)
        elif row is not None and photo:
            row.photo_hash = photo[0]
        elif row is not None:
            session.delete(row)
    session.flush()


def _told(session: Session, actor: Actor, verb: str, report: Report, at: datetime) -> None:
    # Whoever asks a feed or Open311 for what changed is to learn that it shows other photos now.
    report.changed_at = at
    session.flush()
    audit.record(session, actor.id, verb, "report", str(report.id), at=at)
    outbox.publish(session, ReportChanged(report_id=report.id, what=verb), at=at)


def forget_removed(session: Session, actor: Actor, *, at: datetime) -> None:
    """Let go of what was taken off and cannot be hung again any more.

    Where a cover was taken off, and no other report shows it, what it covered has none from now on:
    services.media deletes it, and the same picture sent again is shown no more.
    """
    over = RemovedPhoto.until <= at
    photos = session.scalars(select(RemovedPhoto.photo_hash).where(over)).all()
    if photos:
        session.execute(delete(RemovedPhoto).where(over))
        gone = set(photos) - still_shown(session, photos)
        covers = update(CoveredPicture).where(CoveredPicture.redacted_hash.in_(gone))
        session.execute(covers.values(redacted_hash=""))
        detail = {"count": str(len(photos))}
        audit.record(session, actor.id, "forget_removed", "report", "", at=at, detail=detail)
