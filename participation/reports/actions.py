"""Every way a report changes. Nothing here commits, renders or sends."""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from participation.events.reports import ReportChanged, ReportMoved, ReportOpened
from participation.reports.clusters import keep_clusters
from participation.reports.models import REPORT_CLUSTER, Report, ReportEntry, ReportFollow
from participation.reports.rules import (
    ENDED,
    SEVERITY,
    Category,
    Status,
    promised,
    staff_moves,
    title_of,
)
from services import audit, outbox
from services.auth import Actor
from services.db import Session
from services.errors import ForbiddenError, InvalidError, RefusedError
from services.maps import add_point, morton


class NewReport(msgspec.Struct, frozen=True):
    """What a resident says. Place: WGS84 degrees. `idempotency_key` is made at tap time."""

    category: Category
    text: str
    lat: float
    lon: float
    idempotency_key: str
    place: str = ""
    answer: str = ""
    photo_hash: str | None = None


def open_report(session: Session, actor: Actor, new: NewReport, *, at: datetime) -> UUID:
    """Store a report once per (person, idempotency key) and return its id.

    The reporter follows it from the start. Raises ForbiddenError for a stranger.
    """
    if actor.id is None:
        raise ForbiddenError
    known = select(Report.id).where(
        Report.reporter_id == actor.id, Report.idempotency_key == new.idempotency_key
    )
    if (earlier := session.scalar(known)) is not None:
        return earlier
    report = _row(actor.id, new, at)
    try:
        with session.begin_nested():
            session.add(report)
    except IntegrityError:
        # The same tap came twice at once, and the other was first.
        if (earlier := session.scalar(known)) is None:
            raise
        return earlier
    session.add(_opening(report, at))
    follow_report(session, actor, report, at=at)
    add_point(session, REPORT_CLUSTER, lat=new.lat, lon=new.lon, category=new.category.value)
    audit.record(session, actor.id, "open_report", "report", str(report.id), at=at)
    outbox.publish(
        session,
        ReportOpened(
            report_id=report.id,
            reporter_id=actor.id,
            category=report.category,
            lat=report.lat,
            lon=report.lon,
        ),
        at=at,
    )
    return report.id


def _row(reporter_id: UUID, new: NewReport, at: datetime) -> Report:
    return Report(
        id=uuid4(),
        reporter_id=reporter_id,
        idempotency_key=new.idempotency_key,
        title=title_of(new.text),
        text=new.text,
        answer=new.answer,
        category=new.category.value,
        status=Status.OPEN.value,
        severity=SEVERITY[new.category],
        lat=new.lat,
        lon=new.lon,
        cell=morton(new.lon, new.lat),
        place=new.place,
        photo_hash=new.photo_hash,
        opened_at=at,
        changed_at=at,
        due_at=promised(new.category, at),
        followers=0,
    )


def _opening(report: Report, at: datetime) -> ReportEntry:
    return ReportEntry(
        report_id=report.id,
        at=at,
        kind="opened",
        status=Status.OPEN.value,
        role="resident",
        actor_id=report.reporter_id,
        public=True,
    )


def follow_report(session: Session, actor: Actor, report: Report, *, at: datetime) -> None:
    """Let the actor hear of every step; doing it twice changes nothing."""
    if actor.id is None:
        raise ForbiddenError
    if session.get(ReportFollow, (report.id, actor.id)) is None:
        session.add(ReportFollow(report_id=report.id, person_id=actor.id, since=at))
        _count_followers(session, report.id, 1)
        audit.record(session, actor.id, "follow_report", "report", str(report.id), at=at)


def unfollow_report(session: Session, actor: Actor, report: Report, *, at: datetime) -> None:
    """Stop hearing of it; doing it twice changes nothing."""
    if actor.id is None:
        raise ForbiddenError
    gone = session.connection().execute(
        delete(ReportFollow).where(
            ReportFollow.report_id == report.id, ReportFollow.person_id == actor.id
        )
    )
    if gone.rowcount:
        _count_followers(session, report.id, -1)
        audit.record(session, actor.id, "unfollow_report", "report", str(report.id), at=at)


def _count_followers(session: Session, report_id: UUID, by: int) -> None:
    session.flush()
    session.execute(
        update(Report).where(Report.id == report_id).values(followers=Report.followers + by)
    )


def answer_report(
    session: Session, actor: Actor, report: Report, status: Status, text: str, *, at: datetime
) -> UUID:
    """Move a report and say why, in public. Raises RefusedError where the table has no way."""
    now = Status(report.status)
    if status != now and status not in staff_moves(now):
        raise RefusedError("report_cannot_move")
    if not text.strip() and status == now:
        raise InvalidError("answer_empty", {"text": "empty"})
    keep_clusters(session, report, now, status)
    report.status = status.value
    report.changed_at = at
    report.ended_at = at if status in ENDED else None
    entry = _entry(actor, report, "answer", text, at, public=True)
    session.add(entry)
    session.flush()
    detail = {"from": now.value, "to": status.value}
    audit.record(session, actor.id, "answer_report", "report", str(report.id), at=at, detail=detail)
    told = ReportMoved(report_id=report.id, entry_id=entry.id, status=status.value)
    outbox.publish(session, told, at=at)
    return entry.id


def reject_report(
    session: Session, actor: Actor, report: Report, reason: str, *, at: datetime
) -> None:
    """Turn a report down with a reason its reporter reads; it leaves the public map."""
    if not reason.strip():
        raise InvalidError("reason_needed", {"reason": "empty"})
    answer_report(session, actor, report, Status.REJECTED, reason, at=at)


def assign_report(
    session: Session, actor: Actor, report: Report, person_id: UUID | None, *, at: datetime
) -> None:
    """Give a report to a member of staff, or to nobody."""
    report.assignee_id = person_id
    session.add(_entry(actor, report, "assigned", "", at, public=False))
    _changed(session, actor, report, "assign_report", at)


def note_report(session: Session, actor: Actor, report: Report, text: str, *, at: datetime) -> None:
    """Leave a note that only staff read."""
    if not text.strip():
        raise InvalidError("note_empty", {"text": "empty"})
    session.add(_entry(actor, report, "note", text, at, public=False))
    _changed(session, actor, report, "note_report", at)


def merge_report(
    session: Session, actor: Actor, report: Report, into: Report, *, at: datetime
) -> None:
    """Close a report as the same as another; its followers follow that one from now on."""
    if report.id == into.id or into.merged_into is not None or report.merged_into is not None:
        raise RefusedError("report_cannot_merge")
    people = session.scalars(
        select(ReportFollow.person_id).where(ReportFollow.report_id == report.id)
    )
    for person_id in people.all():
        follow_report(session, Actor(person_id), into, at=at)
    report.merged_into = into.id
    answer_report(session, actor, report, Status.CLOSED, "", at=at)
    _changed(session, actor, report, "merge_report", at)


def replace_photo(
    session: Session, actor: Actor, report: Report, photo_hash: str, *, at: datetime
) -> None:
    """Put a redacted picture in the place of the one that was sent."""
    report.photo_hash = photo_hash
    session.add(_entry(actor, report, "redacted", "", at, public=False))
    _changed(session, actor, report, "replace_photo", at)


def _changed(session: Session, actor: Actor, report: Report, verb: str, at: datetime) -> None:
    session.flush()
    audit.record(session, actor.id, verb, "report", str(report.id), at=at)
    outbox.publish(session, ReportChanged(report_id=report.id, what=verb), at=at)


def _entry(
    actor: Actor, report: Report, kind: str, text: str, at: datetime, *, public: bool
) -> ReportEntry:
    return ReportEntry(
        report_id=report.id,
        at=at,
        kind=kind,
        status=report.status,
        text=text.strip(),
        role="staff",
        actor_id=actor.id,
        public=public,
    )


def erase_person(session: Session, person_id: UUID, at: datetime) -> None:
    """Loosen a person from what they reported: the lamp stays broken, the name goes."""
    follows = session.scalars(select(ReportFollow).where(ReportFollow.person_id == person_id))
    for follow in follows.all():
        session.delete(follow)
        _count_followers(session, follow.report_id, -1)
    loose = {"reporter_id": None, "idempotency_key": None, "answer": ""}
    session.execute(update(Report).where(Report.reporter_id == person_id).values(**loose))
    session.execute(update(Report).where(Report.assignee_id == person_id).values(assignee_id=None))
    session.execute(
        update(ReportEntry).where(ReportEntry.actor_id == person_id).values(actor_id=None)
    )
    audit.record(session, None, "erase_person", "reports", "", at=at)
