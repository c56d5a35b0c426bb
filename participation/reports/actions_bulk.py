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


class Done(msgspec.Struct, frozen=True):
    """What came of an act: the reports it changed, and what it was not done on.

    What was already as the act would have it is neither.
    """

    changed: list[UUID]
    left: list[Left]


def acknowledge_many(
    session: Session, actor: Actor, reports: Sequence[Report], seen: Seen, *, at: datetime
) -> Done:
    """Let the city have seen what is new; what is not new is left. Errors as `_each`."""

    def act(report: Report) -> bool:
        if report.status != Status.OPEN.value:
            raise RefusedError("report_cannot_move")
        actions.answer_report(session, actor, report, Status.ACKNOWLEDGED, "", at=at)
        return True

    done = _each(session, reports, seen, act)
    _trace(session, actor, "acknowledge_many", reports, done, at)
    return done


def assign_many(
    session: Session,
    actor: Actor,
    reports: Sequence[Report],
    seen: Seen,
    person_id: UUID | None,
    *,
    at: datetime,
) -> Done:
    """Give reports to a member of staff, or to nobody. Errors as `_each`."""

    def act(report: Report) -> bool:
        return actions.assign_report(session, actor, report, person_id, at=at)

    done = _each(session, reports, seen, act)
    _trace(session, actor, "assign_many", reports, done, at)
    return done


def reject_many(
    session: Session,
    actor: Actor,
    reports: Sequence[Report],
    seen: Seen,
    reason: str,
    *,
    at: datetime,
) -> Done:
    """Turn reports down with one reason; what cannot be is left.

    Raises InvalidError where there is no reason; else errors as `_each`.
    """
    if not reason.strip():
        raise InvalidError("reason_needed", {"reason": "empty"})

    def act(report: Report) -> bool:
        actions.reject_report(session, actor, report, reason, at=at)
        return True

    done = _each(session, reports, seen, act)
    _trace(session, actor, "reject_many", reports, done, at)
    return done


def _each(
    session: Session, reports: Sequence[Report], seen: Seen, act: Callable[[Report], bool]
) -> Done:
    """Act on each report by itself, but on none that changed since it was seen.

    `act` says whether it changed anything. Raises InvalidError for none, and for more than MOST.
    """
    if not reports:
        raise InvalidError("nothing_chosen", {"ids": "empty"})
    if len(reports) > MOST:
        raise InvalidError("too_many_chosen", {"ids": "too_many"})
    stale = hold_many_seen(session, reports, seen)
    changed, left = [], [Left(report.id, "report_changed") for report in stale]
    # Always in one order: two officers who act on the same reports never wait for each other.
    for report in sorted(set(reports) - set(stale), key=lambda one: one.id):
        try:
            with session.begin_nested():
                if act(report):
                    changed.append(report.id)
        except DomainError as error:
            left.append(Left(report.id, error.code))
    return Done(changed, left)


def _trace(
    session: Session,
    actor: Actor,
    verb: str,
    reports: Sequence[Report],
    done: Done,
    at: datetime,
) -> None:
    detail = {"done": str(len(done.changed)), "left": str(len(done.left))}
    audit.record(session, actor.id, verb, "report", "", at=at, detail=detail)
