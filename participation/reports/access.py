"""The one gate from an outside id to a report."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.queries_news import version_of, versions_of
from participation.reports.routing.queries import handled_by
from participation.reports.rules import (
    CONFIRMED,
    DISPUTED,
    ENDED,
    JUDGED,
    JUDGING_LIVES,
    PUBLIC,
    Status,
    answers_to,
)
from services.auth import Actor, Role
from services.db import Session
from services.errors import ForbiddenError, NotFoundError, RefusedError
from services.ids import parse_id

Purpose = Literal["see", "handle"]


def report_for(session: Session, actor: Actor, report_id: str, to: Purpose = "see") -> Report:
    """Return the report if `actor` may `to` it.

    Raises NotFoundError for one the actor may not know of, ForbiddenError for one that is
    theirs to see and not to handle.
    """
    key = parse_id(report_id)
    report = session.get(Report, key) if key is not None else None
    if report is None or not may_see(session, actor, report):
        raise NotFoundError
    if to == "handle" and not may_handle(session, actor, report):
        raise ForbiddenError
    return report


def hold(session: Session, *reports: Report) -> None:
    """Read reports anew and keep others from changing them until this transaction ends.

    What was read before another's commit is old by now; where there is one writer it never is. In
    one order, so that no two wait for each other.
    """
    session.flush()
    for report in sorted(reports, key=lambda one: one.id):
        session.refresh(report, with_for_update=True)


def hold_of(session: Session, person_id: UUID) -> None:
    """Hold all reports that the erasure of a person touches, in the order of `hold`."""
    follows = select(ReportFollow.report_id).where(ReportFollow.person_id == person_id)
    said = select(ReportEntry.report_id).where(
        ReportEntry.actor_id == person_id, ReportEntry.kind.in_((CONFIRMED, DISPUTED))
    )
    theirs = or_(Report.reporter_id == person_id, Report.assignee_id == person_id)
    touched = select(Report.id).where(or_(theirs, Report.id.in_(follows), Report.id.in_(said)))
    session.execute(touched.order_by(Report.id).with_for_update())


def hold_seen(session: Session, report: Report, seen: str, *beside: Report) -> None:
    """Hold a report until the transaction ends, for an act on what was seen of it.

    `seen` is a version (`queries_news`), nothing where nobody said what they saw; `beside` are
    those the act is on too. Raises RefusedError where the report changed meanwhile.
    """
    if seen or beside:
        hold(session, report, *beside)
    if seen and version_of(session, report) != seen:
        raise RefusedError("report_changed")


def hold_many_seen(
    session: Session, reports: Sequence[Report], seen: Mapping[UUID, str]
) -> list[Report]:
    """Hold reports until the transaction ends; return those that changed since they were `seen`.

    `seen` are versions by id; a report of which nobody said what they saw counts as seen.
    """
    hold(session, *reports)
    versions = versions_of(session, reports)
    return [one for one in reports if seen.get(one.id, versions[one.id]) != versions[one.id]]


def is_staff(actor: Actor) -> bool:
    return actor.may(Role.MODERATOR) or actor.may(Role.OFFICER)


def may_handle(session: Session, actor: Actor, report: Report) -> bool:
    """Say whether a report is the actor's to work on: staff, within what their work is bound to."""
    if not is_staff(actor):
        return False
    mine = select(Report.id).where(Report.id == report.id, handled_by(actor))
    return not actor.bounded or session.scalar(mine) is not None


def may_see(session: Session, actor: Actor, report: Report) -> bool:
    """Say whether a report is open to the actor: public, their own, or theirs to handle."""
    if Status(report.status) in PUBLIC or (actor.signed_in and report.reporter_id == actor.id):
        return True
    return may_handle(session, actor, report)


def settling_began(session: Session, report_id: UUID) -> datetime | None:
    """Return when a report last stood as not settled; every word after that is on its settling.

    A fixed report that is closed is no second settling, and nobody is asked twice.
    """
    settled = [status.value for status in JUDGED]
    return session.scalar(
        select(func.max(ReportEntry.at)).where(
            ReportEntry.report_id == report_id,
            ReportEntry.public,
            ReportEntry.status.not_in(settled),
        )
    )


def has_judged(session: Session, person_id: UUID, report: Report) -> bool:
    """Say whether a person was heard since the report was settled; each is asked once."""
    said = _said(session, report).where(ReportEntry.actor_id == person_id)
    return session.scalar(said.limit(1)) is not None


def judged_by(session: Session, report: Report) -> frozenset[UUID]:
    """Return who was heard since the report was settled."""
    found = session.scalars(_said(session, report).where(ReportEntry.actor_id.is_not(None)))
    return frozenset(person_id for person_id in found if person_id is not None)


def _said(session: Session, report: Report) -> Select[UUID | None]:
    said = select(ReportEntry.actor_id).where(
        ReportEntry.report_id == report.id, ReportEntry.kind.in_((CONFIRMED, DISPUTED))
    )
    if (began := settling_began(session, report.id)) is not None:
        said = said.where(ReportEntry.at > began)
    return said


def settled_since(session: Session, report_id: UUID) -> datetime | None:
    """Return when a report was settled, as its public story tells it; None while it is not.

    Words said while it was settled, and one settled state after another, move nothing.
    """
    ended = [status.value for status in ENDED]
    told = select(ReportEntry.at).where(ReportEntry.report_id == report_id, ReportEntry.public)
    newest = told.where(ReportEntry.status.not_in(ended)).order_by(ReportEntry.at.desc()).limit(1)
    settled = told.where(ReportEntry.status.in_(ended)).order_by(ReportEntry.at)
    if (waited := session.scalar(newest)) is not None:
        settled = settled.where(ReportEntry.at >= waited)
    return session.scalar(settled.limit(1))


def leads(report: Report, then: Status) -> bool:
    """Say whether staff might answer so: another body has no more say than they have."""
    now = Status(report.status)
    return now in PUBLIC and then in answers_to(now, joined=report.merged_into is not None)


def may_join(report: Report) -> bool:
    """Say whether a report can be joined into another one, which closes it."""
    return report.merged_into is None and Status.CLOSED in answers_to(Status(report.status))


def judging_over(report: Report, at: datetime) -> bool:
    """Say whether it was settled so long ago that nobody is asked any more."""
    return report.ended_at is not None and at >= report.ended_at + JUDGING_LIVES


def may_judge(session: Session, actor: Actor, report: Report, at: datetime) -> bool:
    """Say whether the actor is asked: a follower, not heard yet, of a report settled lately."""
    if actor.id is None or Status(report.status) not in JUDGED or report.merged_into is not None:
        return False
    if judging_over(report, at):
        return False
    follows = session.get(ReportFollow, (report.id, actor.id)) is not None
    return follows and not has_judged(session, actor.id, report)
