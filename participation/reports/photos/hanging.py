"""Where a report's photos hang, and those beside it that wait to be looked over."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from participation.events.reports import ReportChanged
from participation.reports.models import Report, ReportEntry, ReportPhoto
from participation.reports.photos.models import PhotoOriginal, UnlookedPhoto
from participation.reports.queries import photos_of
from participation.reports.rules import MOST_PHOTOS
from services import outbox
from services.db import Session


def hang(session: Session, report: Report, photos: Sequence[str]) -> None:
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


def hang_at(session: Session, report: Report, photo: str, wanted: int) -> int:
    """Let a report show a photo more, in this place or behind the others; return the place."""
    photos = photos_of(session, report)
    position = min(wanted, len(photos) + 1)
    _shift_originals(session, report, position, 1)
    hang(session, report, [*photos[: position - 1], photo, *photos[position - 1 :]])
    return position


def take_down(session: Session, report: Report, photo: str) -> None:
    """Let a report show a photo no more; those after it move up."""
    photos = photos_of(session, report)
    _shift_originals(session, report, photos.index(photo) + 2, -1)
    hang(session, report, [one for one in photos if one != photo])


def _shift_originals(session: Session, report: Report, start: int, by: int) -> None:
    """Move what is kept of the photos from `start` on with them; one by one, so no two collide."""
    those = PhotoOriginal.report_id == report.id, PhotoOriginal.position >= start
    rows = session.scalars(select(PhotoOriginal).where(*those)).all()
    for kept in sorted(rows, key=lambda one: one.position, reverse=by > 0):
        kept.position += by
        session.flush()


def tell_change(session: Session, report: Report, what: str, at: datetime) -> None:
    """Let open pages know that a report shows other photos now, and feeds and Open311.

    The latter ask for what changed since: its moment of change moves.
    """
    report.changed_at = at
    session.flush()
    outbox.publish(session, ReportChanged(report_id=report.id, what=what), at=at)


def let_wait(session: Session, report: Report, photo: str, position: int, at: datetime) -> None:
    """Keep a photo beside a report until somebody has looked it over."""
    row = session.get(UnlookedPhoto, (report.id, photo))
    if row is None:
        row = UnlookedPhoto(report_id=report.id, photo_hash=photo)
        session.add(row)
    # The same one may have been taken off a moment ago: that can be undone no more.
    row.position, row.since, row.entry_id, row.until = position, at, None, None
    session.flush()


def settle(session: Session, row: UnlookedPhoto, entry: ReportEntry, until: datetime) -> None:
    """Note by which step it came that a photo waits no more, for as long as that can be undone."""
    row.entry_id, row.until = entry.id, until
    session.flush()


def settled_by(session: Session, entry: ReportEntry, at: datetime) -> UnlookedPhoto | None:
    """Return the photo that waits no more since this step, while that can be undone."""
    mine = UnlookedPhoto.entry_id == entry.id, UnlookedPhoto.until >= at
    return session.scalar(select(UnlookedPhoto).where(*mine))


def unsettle(session: Session, row: UnlookedPhoto) -> None:
    """Let a photo wait again."""
    row.entry_id = row.until = None
    session.flush()


def forget_wait(session: Session, row: UnlookedPhoto) -> None:
    """Let go of the note that a photo waited."""
    session.delete(row)
    session.flush()
