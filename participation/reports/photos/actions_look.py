"""Showing a photo that somebody has looked over, and hiding it again while that can be undone."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from participation.reports.access import hold
from participation.reports.history.chain import add_entry
from participation.reports.models import Report, ReportEntry
from participation.reports.photos.access import Frame, hold_waiting, step_of
from participation.reports.photos.actions import note_cover
from participation.reports.photos.hanging import (
    hang_at,
    settle,
    settled_by,
    take_down,
    tell_change,
    unsettle,
)
from participation.reports.photos.models import UnlookedPhoto
from participation.reports.photos.queries import shown_as
from participation.reports.queries import photos_of
from participation.reports.rules import PHOTO_SHOWN, PHOTO_UNSHOWN, UNDO_S
from services import audit
from services.auth import Actor
from services.db import Session
from services.errors import RefusedError


def show_photo(session: Session, actor: Actor, report: Report, photo: str, *, at: datetime) -> None:
    """Show a photo that the actor has looked over, as it is, wherever the same one waits.

    For UNDO_S each of these steps can be taken back. Raises RefusedError where it does not wait at
    this report any more.
    """
    waiting = hold_waiting(session, photo)
    if report.id not in [row.report_id for row in waiting]:
        raise RefusedError("photo_changed")
    for row in waiting:
        one = session.get_one(Report, row.report_id)
        entry = add_entry(session, step_of(actor, one, PHOTO_SHOWN, at))
        settle(session, row, entry, at + timedelta(seconds=UNDO_S))
        _hang_looked(session, actor, one, row, at)
        _told(session, actor, "show_photo", one, at)


def _hang_looked(
    session: Session, actor: Actor, report: Report, row: UnlookedPhoto, at: datetime
) -> None:
    # The same picture may have been covered since it came, or may hang here by another way.
    shown = shown_as(session, row.photo_hash)
    if shown is None or shown in photos_of(session, report):
        return
    position = hang_at(session, report, shown, row.position)
    if shown != row.photo_hash:
        note_cover(session, Frame(report, position), actor, row.photo_hash, shown, at=at)


def hide_photo(session: Session, actor: Actor, entry: ReportEntry, *, at: datetime) -> bool:
    """Let the photo that a step showed wait again; say whether it could be.

    It cannot where it was covered or taken off since.
    """
    report = session.get_one(Report, entry.report_id)
    hold(session, report)
    row = settled_by(session, entry, at)
    if row is None or row.photo_hash not in photos_of(session, report):
        return False
    take_down(session, report, row.photo_hash)
    unsettle(session, row)
    entry.kind = PHOTO_UNSHOWN
    _told(session, actor, "hide_photo", report, at)
    return True


def _told(session: Session, actor: Actor, verb: str, report: Report, at: datetime) -> None:
    audit.record(session, actor.id, verb, "report", str(report.id), at=at)
    tell_change(session, report, verb, at)


def forget_looked(session: Session, actor: Actor, *, at: datetime) -> None:
    """Forget of photos that they waited, once it cannot be undone that they do no more."""
    over = UnlookedPhoto.until <= at
    if count := session.scalar(select(func.count()).select_from(UnlookedPhoto).where(over)):
        session.execute(delete(UnlookedPhoto).where(over))
        detail = {"count": str(count)}
        audit.record(session, actor.id, "forget_looked", "report", "", at=at, detail=detail)
