"""Covering part of a picture, looking under the cover once more, and taking it off again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update

from participation.reports.history.chain import add_entry
from participation.reports.models import Report, ReportEntry, ReportPhoto
from participation.reports.photos.access import (
    Frame,
    frames_showing,
    hold_waiting,
    kept_under,
    step_of,
)
from participation.reports.photos.hanging import forget_wait, hang_at, tell_change
from participation.reports.photos.models import (
    CoveredPicture,
    PhotoOriginal,
    RemovedPhoto,
    UnlookedPhoto,
)
from participation.reports.photos.queries import Expired, originals_of, shown_as, still_shown
from participation.reports.queries import photos_of
from services import audit
from services.auth import Actor
from services.db import Session
from services.errors import NotFoundError, RefusedError

KEPT = timedelta(days=30)


def cover_photo(
    session: Session, actor: Actor, report: Report, before: str, redacted: str, *, at: datetime
) -> None:
    """Put a covered picture in the place of `before`, in this report and wherever it is shown.

    Whoever covers a picture has looked it over: where it waited for that, it is shown covered.

    The picture before is kept for `KEPT`, for staff alone; what was covered in steps keeps the
    picture from before the first step, and no longer for that. That it was covered is kept for
    good, by its content's name.
    Raises RefusedError where the report does not show `before` any more.
    """
    waiting = hold_waiting(session, before)
    if before not in photos_of(session, report) and report.id not in [w.report_id for w in waiting]:
        raise RefusedError("photo_changed")
    if before == redacted:
        return
    _remember(session, before, redacted, at)
    for row in waiting:
        _hang_waiting(session, row)
    for frame in frames_showing(session, before):
        _keep(session, frame, before, redacted, at)
        _replace(session, actor, frame, redacted, at)


def _hang_waiting(session: Session, row: UnlookedPhoto) -> None:
    report = session.get_one(Report, row.report_id)
    hang_at(session, report, row.photo_hash, row.position)
    forget_wait(session, row)


def _remember(session: Session, before: str, redacted: str, at: datetime) -> None:
    """Note for good that a picture is shown covered; what it covered before is shown so too."""
    covers = CoveredPicture.redacted_hash == before
    session.execute(update(CoveredPicture).where(covers).values(redacted_hash=redacted))
    session.execute(delete(CoveredPicture).where(CoveredPicture.photo_hash == redacted))
    session.merge(CoveredPicture(photo_hash=before, redacted_hash=redacted, since=at))
    session.flush()


def _keep(
    session: Session,
    frame: Frame,
    before: str,
    redacted: str,
    at: datetime,
    until: datetime | None = None,
) -> None:
    kept = kept_under(session, frame)
    begins = kept is None or kept.expires_at <= at
    if kept is None:
        kept = PhotoOriginal(report_id=frame.report.id, position=frame.position)
        session.add(kept)
    if begins:
        kept.photo_hash, kept.kept_at, kept.expires_at = before, at, until or at + KEPT
    kept.reporter_id, kept.redacted_hash = frame.report.reporter_id, redacted


def _standing(session: Session, frame: Frame, at: datetime) -> PhotoOriginal:
    kept = kept_under(session, frame)
    if kept is None or kept.expires_at <= at:
        raise NotFoundError
    return kept


def look_at_original(session: Session, actor: Actor, frame: Frame, *, at: datetime) -> str:
    """Return the hash of the picture under the cover; each look is on record.

    Raises NotFoundError when none is kept any more.
    """
    kept = _standing(session, frame, at)
    audit.record(session, actor.id, "look_at_original", "report", str(frame.report.id), at=at)
    return kept.photo_hash


def uncover_photo(session: Session, actor: Actor, frame: Frame, *, at: datetime) -> None:
    """Show the picture as it was sent again, wherever the same one was covered.

    Raises NotFoundError when it is kept no more.
    """
    before = _standing(session, frame, at).photo_hash
    session.execute(delete(CoveredPicture).where(CoveredPicture.photo_hash == before))
    same = select(PhotoOriginal).where(PhotoOriginal.photo_hash == before)
    rows = session.scalars(same).all()
    for kept in rows:
        session.delete(kept)
        covered = Frame(session.get_one(Report, kept.report_id), kept.position)
        _replace(session, actor, covered, before, at, "uncovered")
    # What was covered in steps has covers of covers: those come off along, or would stay for good.
    off = {kept.redacted_hash for kept in rows}
    off -= still_shown(session, list(off))
    session.execute(delete(CoveredPicture).where(CoveredPicture.redacted_hash.in_(off)))


def cover_again(session: Session, report: Report, actor: Actor, *, at: datetime) -> bool:
    """Cover those of a report's photos that came a second time; return whether any was."""
    covered = False
    for position, sent in enumerate(photos_of(session, report), 1):
        # What is shown no more is closed at its address all the same.
        shown = shown_as(session, sent) or sent
        if shown != sent:
            note_cover(session, Frame(report, position), actor, sent, shown, at=at)
            covered = True
    return covered


def note_cover(
    session: Session, frame: Frame, actor: Actor, sent: str, shown: str, *, at: datetime
) -> None:
    """Put on record that a report shows `shown` in the place of the picture that was `sent`.

    The picture sent is kept for staff only as long as they still have the one sent before.
    """
    known = PhotoOriginal.photo_hash == sent, PhotoOriginal.expires_at > at
    until = session.scalar(select(func.max(PhotoOriginal.expires_at)).where(*known))
    if until is not None:
        _keep(session, frame, sent, shown, at, until)
    _replace(session, actor, frame, shown, at)


def _replace(
    session: Session, actor: Actor, frame: Frame, photo: str, at: datetime, kind: str = "redacted"
) -> None:
    report = frame.report
    if frame.position == 1:
        report.photo_hash = photo
    else:
        session.get_one(ReportPhoto, (report.id, frame.position)).photo_hash = photo
    add_entry(session, step_of(actor, report, kind, at))
    verb = "cover_photo" if kind == "redacted" else "uncover_photo"
    audit.record(session, actor.id, verb, "report", str(report.id), at=at)
    # The picture before it is to go wherever somebody has it.
    tell_change(session, report, verb, at)


def forget_originals(
    session: Session, actor: Actor, over: Sequence[Expired], *, at: datetime
) -> None:
    """Let go of pictures under covers; services.media then deletes the files nobody holds."""
    ids = [kept.id for kept in over]
    session.execute(delete(PhotoOriginal).where(PhotoOriginal.id.in_(ids)))
    for kept in over:
        audit.record(session, actor.id, "forget_original", "report", str(kept.report_id), at=at)


def erase_person(session: Session, person_id: UUID, at: datetime) -> None:
    """Let go at once of a person's pictures under covers, and of those that wait to be looked over;
    what is shown stays as it is."""
    forget_originals(session, Actor(None), originals_of(session, person_id), at=at)
    own = select(Report.id).where(Report.reporter_id == person_id)
    session.execute(delete(UnlookedPhoto).where(UnlookedPhoto.report_id.in_(own)))
    theirs = select(ReportEntry.id).join(Report, Report.id == ReportEntry.report_id)
    removed = RemovedPhoto.entry_id.in_(theirs.where(Report.reporter_id == person_id))
    session.execute(update(RemovedPhoto).where(removed).values(original_hash=None))
