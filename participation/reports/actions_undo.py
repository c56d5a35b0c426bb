"""Taking an act back within seconds, before any phone is told of it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select, update

from participation.events.reports import ReportChanged
from participation.reports.access import hold, settled_since
from participation.reports.actions import assign_report
from participation.reports.clusters import keep_clusters
from participation.reports.followers import count_followers
from participation.reports.history.chain import add_entry, take_back
from participation.reports.history.rules import OPENED
from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.photos.actions_look import hide_photo
from participation.reports.photos.actions_removal import restore_photo
from participation.reports.queries_family import joining_of
from participation.reports.queries_undo import sent_on, touched
from participation.reports.rules import (
    ASSIGNED,
    ENDED,
    LET_THROUGH,
    MERGED,
    PARTED,
    PHOTO_REMOVED,
    PHOTO_SHOWN,
    RELEASED,
    UNDO_S,
    Status,
)
from services import audit, outbox
from services.auth import Actor
from services.db import Session
from services.errors import RefusedError


class Withdrawn(msgspec.Struct, frozen=True):
    """A report an act was taken back on, and the step that act was."""

    report_id: UUID
    entry_id: UUID
    kind: str


def withdraw_acts(
    session: Session, actor: Actor, given_at: datetime, *, at: datetime
) -> list[Withdrawn]:
    """Take back what the actor did to reports in one go at `given_at`.

    Raises RefusedError when it is too late, or when nothing of it can be taken back any more.
    """
    if at - given_at > timedelta(seconds=UNDO_S):
        raise RefusedError("too_late_to_undo")
    mine = ReportEntry.actor_id == actor.id, ReportEntry.at == given_at
    asked = select(ReportEntry).where(*mine, ReportEntry.kind.in_(WAYS))
    steps = session.scalars(asked.order_by(ReportEntry.id)).all()
    hold(session, *{one for step in steps for one in touched(session, step)})
    gone = []
    for step in steps:
        told = Withdrawn(step.report_id, step.id, step.kind)
        if verb := WAYS[step.kind](session, actor, step, at):
            gone.append(told)
            _told(session, actor, verb, step.report_id, at)
    if not gone:
        raise RefusedError("nothing_to_undo")
    return gone


def unmerge_report(session: Session, actor: Actor, report: Report, *, at: datetime) -> None:
    """Let a report that was joined by mistake go on by itself, as it stood before, however late.

    That it was hidden for a while since is taken back with the joining.
    Whom the joining alone let follow the other leave that. Raises RefusedError for one that is not
    joined, was sent on since, or on whose joining words stand.
    """
    steps = joining_of(session, report)
    if not steps or not _merge(session, actor, steps[0], at):
        raise RefusedError("report_cannot_unmerge")
    # Until then nobody was told of the joining, and nobody needs to hear that it is over.
    if at - steps[0].at <= timedelta(seconds=UNDO_S):
        _told(session, actor, "withdraw_merge", report.id, at)
        return
    add_entry(session, _parting(actor, report, at))
    _told(session, actor, "unmerge_report", report.id, at)


def _answer(session: Session, _actor: Actor, entry: ReportEntry, at: datetime) -> str:
    """Take an answer back; return the verb of that, "" where it cannot be."""
    report = session.get_one(Report, entry.report_id)
    hold(session, report)
    before = _before(session, entry)
    if before is None:
        return ""
    _go_back(session, report, [entry], before, at)
    return "withdraw_answer"


def _merge(session: Session, _actor: Actor, entry: ReportEntry, at: datetime) -> str:
    report = session.get_one(Report, entry.report_id)
    hold(session, *touched(session, entry))
    steps, into = joining_of(session, report), report.merged_into
    before = _before(session, entry, steps[1:])
    if into is None or before is None or entry not in steps[:1]:
        return ""
    _part_followers(session, report, into, entry.at, at)
    _call_back(session, report, into, entry, at)
    report.merged_into = None
    _go_back(session, report, steps, before, at)
    return "withdraw_merge"


def _assignment(session: Session, actor: Actor, entry: ReportEntry, at: datetime) -> str:
    report = session.get_one(Report, entry.report_id)
    hold(session, report)
    steps = select(ReportEntry).where(ReportEntry.report_id == report.id)
    given = steps.where(ReportEntry.kind == ASSIGNED).order_by(ReportEntry.at.desc())
    newest = session.scalar(given.limit(1))
    if newest is None or newest.id != entry.id:
        return ""
    had = steps.where(ReportEntry.kind == RELEASED, ReportEntry.at == entry.at)
    released = session.scalar(had)
    assign_report(session, actor, report, released.actor_id if released else None, at=at)
    return "withdraw_assignment"


def _removal(session: Session, actor: Actor, entry: ReportEntry, at: datetime) -> str:
    return "withdraw_removal" if restore_photo(session, actor, entry, at=at) else ""


def _showing(session: Session, actor: Actor, entry: ReportEntry, at: datetime) -> str:
    return "withdraw_showing" if hide_photo(session, actor, entry, at=at) else ""


WAYS: dict[str, Callable[[Session, Actor, ReportEntry, datetime], str]] = {
    "answer": _answer,
    MERGED: _merge,
    ASSIGNED: _assignment,
    PHOTO_REMOVED: _removal,
    PHOTO_SHOWN: _showing,
}


def _before(
    session: Session, entry: ReportEntry, gone: Sequence[ReportEntry] = ()
) -> Status | None:
    """Return the state before a step; None where a later word stands on it, but those `gone`."""
    story = session.scalars(
        select(ReportEntry)
        .where(ReportEntry.report_id == entry.report_id, ReportEntry.public)
        .where(ReportEntry.status.is_not(None), ReportEntry.id.not_in([one.id for one in gone]))
        .order_by(ReportEntry.at.desc(), ReportEntry.id.desc())
        .limit(2)
    ).all()
    if len(story) < 2 or story[0].id != entry.id:
        return None
    # That was told to be open only now: before, it waited for a first look.
    if story[1].kind == OPENED and _showed(session, entry):
        return None
    return Status(str(story[1].status))


def _showed(session: Session, entry: ReportEntry) -> bool:
    """Say whether a step let into the open what nobody had seen until then."""
    of_it = ReportEntry.report_id == entry.report_id, ReportEntry.at == entry.at
    through = select(ReportEntry.id).where(*of_it, ReportEntry.kind == LET_THROUGH)
    return session.scalar(through.limit(1)) is not None


def _go_back(
    session: Session,
    report: Report,
    steps: Sequence[ReportEntry],
    before: Status,
    at: datetime,
) -> None:
    report.status, report.changed_at = before.value, at
    for step in steps:
        take_back(session, step, before.value, at=at)
    session.flush()
    report.ended_at = settled_since(session, report.id) if before in ENDED else None
    keep_clusters(session, report, at=at)


def _parting(actor: Actor, report: Report, at: datetime) -> ReportEntry:
    step = ReportEntry(report_id=report.id, at=at, kind=PARTED, text="", role="staff")
    step.status, step.actor_id, step.public = report.status, actor.id, False
    return step


def _part_followers(
    session: Session, report: Report, into: UUID, joined_at: datetime, at: datetime
) -> None:
    """Let those whom the joining alone let follow the other report leave that again."""
    theirs = select(ReportFollow.person_id).where(ReportFollow.report_id == report.id)
    sent = select(ReportFollow).where(
        ReportFollow.report_id == into,
        ReportFollow.since == joined_at,
        ReportFollow.person_id.in_(theirs),
    )
    gone = session.scalars(sent).all()
    for follow in gone:
        session.delete(follow)
    count_followers(session, into, -len(gone))
    outbox.publish(session, ReportChanged(report_id=into, what="part_followers"), at=at)


def _call_back(
    session: Session, report: Report, into: UUID, entry: ReportEntry, at: datetime
) -> None:
    """Lead what was joined into a report before, and was sent on with it, to that report again."""
    steps = session.scalars(sent_on(entry)).all()
    ids = [step.report_id for step in steps]
    back = update(Report).where(Report.id.in_(ids), Report.merged_into == into)
    session.execute(back.values(merged_into=report.id, changed_at=at))
    for step in steps:
        take_back(session, step, session.get_one(Report, step.report_id).status, at=at)
        outbox.publish(session, ReportChanged(report_id=step.report_id, what="call_back"), at=at)


def _told(session: Session, actor: Actor, verb: str, report_id: UUID, at: datetime) -> None:
    audit.record(session, actor.id, verb, "report", str(report_id), at=at)
    outbox.publish(session, ReportChanged(report_id=report_id, what=verb), at=at)
