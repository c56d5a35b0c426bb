"""Taking a photo off a report, and hanging it where it was for as long as that can be undone."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from participation.reports.access import hold
from participation.reports.history.chain import add_entry
from participation.reports.models import Report, ReportEntry
from participation.reports.photos.access import Frame, kept_under, step_of
from participation.reports.photos.hanging import (
    hang_at,
    settle,
    settled_by,
    take_down,
    tell_change,
    unsettle,
)
from participation.reports.photos.models import (
    CoveredPicture,
    PhotoOriginal,
    RemovedPhoto,
    UnlookedPhoto,
)
from participation.reports.photos.queries import shown_as, still_shown, waiting_of
from participation.reports.queries import photos_of
from participation.reports.rules import MOST_PHOTOS, PHOTO_BACK, PHOTO_REMOVED, UNDO_S
from services import audit
from services.auth import Actor
from services.db import Session
from services.errors import InvalidError, RefusedError


def remove_photo(
    session: Session, actor: Actor, report: Report, photo: str, reason: str, *, at: datetime
) -> UUID:
    """Take a photo off a report, one that waits too, with what is kept under its cover; return the
    step's id.

    Those after it move up. For UNDO_S the step can be taken back; then services.media deletes what
    nobody holds any more. The reason is for the team. Raises InvalidError without one, and
    RefusedError where the report does not show the photo any more.
    """
    hold(session, report)
    if not reason.strip():
        raise InvalidError("removal_reason_needed", {"reason": "empty"})
    shown, waiting = photos_of(session, report), waiting_of(session, [report.id])
    if photo not in (*shown, *waiting.get(report.id, [])):
        raise RefusedError("photo_changed")
    step = step_of(actor, report, PHOTO_REMOVED, at)
    step.text = reason.strip()
    entry = add_entry(session, step)
    if photo in shown:
        frame = Frame(report, shown.index(photo) + 1)
        session.add(_set_aside(session, frame, entry, photo, at))
        take_down(session, report, photo)
    else:
        row = session.get_one(UnlookedPhoto, (report.id, photo))
        settle(session, row, entry, at + timedelta(seconds=UNDO_S))
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
    if (row := settled_by(session, entry, at)) is not None:
        again = _wait_again(session, report, row)
    else:
        again = _hang_again(session, report, entry, at)
    if not again:
        return False
    entry.kind = PHOTO_BACK
    _told(session, actor, "restore_photo", report, at)
    return True


def _is_full(session: Session, report: Report) -> bool:
    waiting = waiting_of(session, [report.id]).get(report.id, [])
    return len(photos_of(session, report)) + len(waiting) >= MOST_PHOTOS


def _wait_again(session: Session, report: Report, row: UnlookedPhoto) -> bool:
    if _is_full(session, report) or shown_as(session, row.photo_hash) != row.photo_hash:
        return False
    unsettle(session, row)
    return True


def _hang_again(session: Session, report: Report, entry: ReportEntry, at: datetime) -> bool:
    aside = session.get(RemovedPhoto, entry.id)
    if aside is None or aside.until < at or _is_full(session, report):
        return False
    # The same picture may have been covered meanwhile where another report shows it.
    photo = shown_as(session, aside.photo_hash)
    if photo is None or photo in photos_of(session, report):
        return False
    position = hang_at(session, report, photo, aside.position)
    _keep_again(session, report, aside, position, photo)
    session.delete(aside)
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


def _told(session: Session, actor: Actor, verb: str, report: Report, at: datetime) -> None:
    audit.record(session, actor.id, verb, "report", str(report.id), at=at)
    tell_change(session, report, verb, at)


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
