"""Who may see a picture, and where reports show it."""

from datetime import datetime

import msgspec
from sqlalchemy import select

from participation.reports.access import hold, may_handle, may_see
from participation.reports.models import Report, ReportEntry, ReportPhoto
from participation.reports.photos.models import PhotoOriginal, UnlookedPhoto
from participation.reports.photos.queries import is_covered, waiting_as, waiting_of
from participation.reports.queries import Photo, photo_of, photos_of
from services.auth import Actor
from services.db import Session
from services.errors import NotFoundError


class Frame(msgspec.Struct, frozen=True):
    """Where a picture hangs: its report, and which of the report's photos it is, from 1."""

    report: Report
    position: int


def frames_showing(session: Session, photo_hash: str) -> list[Frame]:
    """Return every place where a picture is shown now."""
    first = select(Report).where(Report.photo_hash == photo_hash)
    further = (
        select(Report, ReportPhoto.position)
        .join(ReportPhoto, ReportPhoto.report_id == Report.id)
        .where(ReportPhoto.photo_hash == photo_hash)
    )
    found = [Frame(report, 1) for report in session.scalars(first)]
    return found + [Frame(*row) for row in session.execute(further)]


def frame_of(session: Session, report: Report, photo: str) -> Frame:
    """Return where a report shows a photo, "" for its first; raises NotFoundError if nowhere."""
    shown = photos_of(session, report)
    if not shown or (photo and photo not in shown):
        raise NotFoundError
    return Frame(report, shown.index(photo) + 1 if photo else 1)


def kept_under(session: Session, frame: Frame) -> PhotoOriginal | None:
    """Return what is kept of a photo from before it was covered, however long still."""
    of_report = PhotoOriginal.report_id == frame.report.id
    return session.scalar(
        select(PhotoOriginal).where(of_report, PhotoOriginal.position == frame.position)
    )


def step_of(actor: Actor, report: Report, kind: str, at: datetime) -> ReportEntry:
    """Return a step of a report's story that is for the team alone, still to be added."""
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


def hold_waiting(session: Session, photo_hash: str) -> list[UnlookedPhoto]:
    """Hold the reports beside which a picture waits to be looked over; return where it still does.

    A colleague may have looked it over a moment ago.
    """
    rows = waiting_as(session, photo_hash)
    hold(session, *(session.get_one(Report, row.report_id) for row in rows))
    return waiting_as(session, photo_hash)


class Unlooked(msgspec.Struct, frozen=True):
    """How many photos of a report nobody has looked over yet; `photos` for who may see them."""

    count: int
    photos: list[Photo]


def unlooked_of(session: Session, actor: Actor, report: Report) -> Unlooked:
    """Return what the actor may know of those of a report's photos nobody has looked over yet."""
    names = waiting_of(session, [report.id]).get(report.id, [])
    seen = names if names and may_see_unlooked(session, actor, report) else []
    return Unlooked(len(names), [photo_of(name) for name in seen])


def may_see_unlooked(session: Session, actor: Actor, report: Report) -> bool:
    """Say whether the actor sees a report's photos before they were looked over: its reporter does,
    and who works on it."""
    own = actor.signed_in and report.reporter_id == actor.id
    return own or may_handle(session, actor, report)


def may_see_picture(session: Session, actor: Actor, photo_hash: str) -> bool:
    """Say whether a picture may be seen: where a report shows it that the actor may see.

    Where it waits to be looked over its reporter and the team see it. What no report has is closed,
    and so is what was covered, whoever asks.
    """
    shown_by = frames_showing(session, photo_hash)
    if any(may_see(session, actor, frame.report) for frame in shown_by):
        return not is_covered(session, photo_hash)
    waits = [session.get_one(Report, row.report_id) for row in waiting_as(session, photo_hash)]
    theirs = any(may_see_unlooked(session, actor, report) for report in waits)
    return theirs and not is_covered(session, photo_hash)
