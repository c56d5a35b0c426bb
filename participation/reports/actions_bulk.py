"""One act on many reports: what can be done is done, and what cannot is told."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from participation.reports import actions
from participation.reports.access import hold_many_seen
from participation.reports.models import Report
from participation.reports.rules import Status
from services import audit
from services.auth import Actor
from services.db import Session
from services.errors import DomainError, InvalidError, RefusedError

MOST = 100
# Versions by id, as the page of an act told them; empty where nobody said what they saw.
Seen = Mapping[UUID, str]


class Left(msgspec.Struct, frozen=True):
    """A report the act was not done on, and the code of why."""

    report_id: UUID
    code: str


def acknowledge_many(
    session: Session, actor: Actor, reports: Sequence[Report], seen: Seen, *, at: datetime
) -> list[Left]:
    """Let the city have seen what is new; return what is not new. Errors as `_each`."""

    def act(report: Report) -> None:
        if report.status != Status.OPEN.value:
            raise RefusedError("report_cannot_move")
        actions.answer_report(session, actor, report, Status.ACKNOWLEDGED, "", at=at)

    left = _each(session, reports, seen, act)
    _trace(session, actor, "acknowledge_many", reports, left, at)
    return left


def assign_many(
    session: Session,
    actor: Actor,
    reports: Sequence[Report],
    seen: Seen,
    person_id: UUID | None,
    *,
    at: datetime,
) -> list[Left]:
    """Give reports to a member of staff, or to nobody; return what was not. Errors as `_each`."""

    def act(report: Report) -> None:
        actions.assign_report(session, actor, report, person_id, at=at)

    left = _each(session, reports, seen, act)
    _trace(session, actor, "assign_many", reports, left, at)
    return left


def reject_many(
    session: Session,
    actor: Actor,
    reports: Sequence[Report],
    seen: Seen,
    reason: str,
    *,
    at: datetime,
) -> list[Left]:
    """Turn reports down with one reason; return those that cannot be.

    Raises InvalidError where there is no reason; else errors as `_each`.
    """
    if not reason.strip():
        raise InvalidError("reason_needed", {"reason": "empty"})

    def act(report: Report) -> None:
        actions.reject_report(session, actor, report, reason, at=at)

    left = _each(session, reports, seen, act)
    _trace(session, actor, "reject_many", reports, left, at)
    return left


def _each(
    session: Session, reports: Sequence[Report], seen: Seen, act: Callable[[Report], None]
) -> list[Left]:
    """Act on each report by itself, but on none that changed since it was seen.

    Raises InvalidError for none, and for more than MOST.
    """
    if not reports:
        raise InvalidError("nothing_chosen", {"ids": "empty"})
    if len(reports) > MOST:
        raise InvalidError("too_many_chosen", {"ids": "too_many"})
    stale = hold_many_seen(session, reports, seen)
    left = [Left(report.id, "report_changed") for report in stale]
    # Always in one order: two officers who act on the same reports never wait for each other.
    for report in sorted(set(reports) - set(stale), key=lambda one: one.id):
        try:
            with session.begin_nested():
                act(report)
        except DomainError as error:
            left.append(Left(report.id, error.code))
    return left


def _trace(
    session: Session,
    actor: Actor,
    verb: str,
    reports: Sequence[Report],
    left: Sequence[Left],
    at: datetime,
) -> None:
    detail = {"done": str(len(reports) - len(left)), "left": str(len(left))}
    audit.record(session, actor.id, verb, "report", "", at=at, detail=detail)
