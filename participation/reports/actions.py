"""Every way a report changes. Nothing here commits, renders or sends."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from participation.accounts import directory
from participation.events.reports import ReportChanged, ReportMoved
from participation.reports.access import hold, hold_of
from participation.reports.clusters import keep_clusters
from participation.reports.followers import add_follower, count_followers, hearing_tag_of
from participation.reports.history.chain import add_entry
from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.opening import Origin, Told, show_first, store_once, told_by
from participation.reports.rough import forget_exact
from participation.reports.rules import (
    ASSIGNED,
    ENDED,
    PUBLIC,
    RELEASED,
    Status,
    answers_to,
)
from services import audit, letters, outbox
from services.auth import Actor
from services.db import Session
from services.errors import ForbiddenError, InvalidError, RefusedError


class NewReport(Told, frozen=True, kw_only=True):
    """What a resident says. `idempotency_key` is made at tap time; `held` waits for a look."""

    idempotency_key: str
    held: bool = False


def open_report(session: Session, actor: Actor, new: NewReport, *, at: datetime) -> UUID:
    """Store a report once per (person, idempotency key) and return its id.

    The reporter follows it from the start. Raises ForbiddenError for a stranger.
    """
    if actor.id is None:
        raise ForbiddenError
    origin = Origin(new.idempotency_key, reporter_id=actor.id, held=new.held)
    known = told_by(actor.id, new.idempotency_key)
    report, is_new = store_once(session, new, origin, known, at=at)
    if is_new:
        _follow(session, actor.id, report, at)
        audit.record(session, actor.id, "open_report", "report", str(report.id), at=at)
    return report.id


def follow_report(session: Session, actor: Actor, report: Report, *, at: datetime) -> None:
    """Let the actor hear of every step; doing it twice changes nothing."""
    if actor.id is None:
        raise ForbiddenError
    if _follow(session, actor.id, report, at):
        followed = ReportChanged(report_id=report.id, what="follow_report")
        outbox.publish(session, followed, at=at)


def _follow(session: Session, person_id: UUID, report: Report, at: datetime) -> bool:
    """Let a person follow, on record; say whether that is new."""
    is_new = add_follower(session, report, person_id, at=at)
    if is_new:
        audit.record(session, person_id, "follow_report", "report", str(report.id), at=at)
    return is_new


def unfollow_report(session: Session, actor: Actor, report: Report, *, at: datetime) -> None:
    """Stop hearing of it, by letters that wait as well; doing it twice changes nothing."""
    if actor.id is None:
        raise ForbiddenError
    gone = session.connection().execute(
        delete(ReportFollow).where(
            ReportFollow.report_id == report.id, ReportFollow.person_id == actor.id
        )
    )
    if gone.rowcount:
        count_followers(session, report.id, -1)
        letters.write_anew(session, [hearing_tag_of(report.id, actor.id)], at=at)
        _changed(session, actor, report, "unfollow_report", at)


def answer_report(
    session: Session, actor: Actor, report: Report, status: Status, text: str, *, at: datetime
) -> UUID:
    """Move a report and say why, in public. Raises RefusedError where the table has no way.

    It was settled when it went from waiting to settled: a later word moves that moment no more.
    """
    hold(session, report)
    now = Status(report.status)
    if status not in answers_to(now, joined=report.merged_into is not None):
        raise RefusedError("report_cannot_move")
    if not text.strip() and status == now:
        raise InvalidError("answer_empty", {"text": "empty"})
    if now not in PUBLIC and status in PUBLIC:
        show_first(session, actor, report, at=at)
    report.status = status.value
    report.changed_at = at
    report.ended_at = _ended_at(report, now, status, at)
    keep_clusters(session, report, at=at)
    entry = add_entry(session, _entry(actor, report, "answer", text, at, public=True))
    detail = {"from": now.value, "to": status.value}
    audit.record(session, actor.id, "answer_report", "report", str(report.id), at=at, detail=detail)
    told = ReportMoved(report_id=report.id, entry_id=entry.id, status=status.value)
    outbox.publish(session, told, at=at)
    return entry.id


def _ended_at(report: Report, now: Status, then: Status, at: datetime) -> datetime | None:
    if then not in ENDED:
        return None
    return report.ended_at or at if now in ENDED else at


def reject_report(
    session: Session, actor: Actor, report: Report, reason: str, *, at: datetime
) -> None:
    """Turn a report down with a reason its reporter reads; it leaves the public map."""
    if not reason.strip():
        raise InvalidError("reason_needed", {"reason": "empty"})
    answer_report(session, actor, report, Status.REJECTED, reason, at=at)


def look_at_reporter(session: Session, actor: Actor, report: Report, *, at: datetime) -> str:
    """Return the name of who told of a report, empty where nobody is known; on record."""
    audit.record(session, actor.id, "look_at_reporter", "report", str(report.id), at=at)
    if report.reporter_id is None:
        return ""
    name = directory.names_of(session, [report.reporter_id])
    return name.get(report.reporter_id, "")


def assign_report(
    session: Session, actor: Actor, report: Report, person_id: UUID | None, *, at: datetime
) -> bool:
    """Give a report to a member of staff, or to nobody; say whether others have it now."""
    hold(session, report)
    if report.assignee_id == person_id:
        return False
    if (before := report.assignee_id) is not None:
        released = _entry(actor, report, RELEASED, "", at, public=False)
        released.actor_id = before
        add_entry(session, released)
    report.assignee_id = person_id
    add_entry(session, _entry(actor, report, ASSIGNED, "", at, public=False))
    _changed(session, actor, report, "assign_report", at)
    return True


def note_report(session: Session, actor: Actor, report: Report, text: str, *, at: datetime) -> None:
    """Leave a note that only staff read."""
    if not text.strip():
        raise InvalidError("note_empty", {"text": "empty"})
    add_entry(session, _entry(actor, report, "note", text, at, public=False))
    _changed(session, actor, report, "note_report", at)


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
    hold_of(session, person_id)
    follows = session.scalars(select(ReportFollow).where(ReportFollow.person_id == person_id))
    for follow in follows.all():
        session.delete(follow)
        count_followers(session, follow.report_id, -1)
    forget_exact(session, person_id)
    loose = {"reporter_id": None, "idempotency_key": None, "answer": ""}
    session.execute(update(Report).where(Report.reporter_id == person_id).values(**loose))
    session.execute(update(Report).where(Report.assignee_id == person_id).values(assignee_id=None))
    session.execute(
        update(ReportEntry).where(ReportEntry.actor_id == person_id).values(actor_id=None)
    )
    audit.record(session, None, "erase_person", "reports", "", at=at)
