"""Guarding the ways in: blocks with an end, and reports that wait for a first look."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete, false, or_, select, update

from participation.accounts import directory
from participation.reports.access import hold
from participation.reports.actions import NewReport, answer_report, open_report, reject_report
from participation.reports.blocks.access import refuse_blocked
from participation.reports.blocks.models import ReportBlock, ReportTrace
from participation.reports.blocks.queries import OF_ERASED, Spot, holding, past_of, trace_of
from participation.reports.blocks.rules import BLOCK_DAYS, TRACE_KEPT, Signs, block_holds, why_wait
from participation.reports.models import Report
from participation.reports.opening import told_by
from participation.reports.rules import Status, seen_at
from services import audit
from services.auth import Actor, Role
from services.db import Session
from services.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from services.tokens import keyed_hash

REASON_LENGTH = 500
# What the hashes are for; the same address is hashed otherwise elsewhere.
OF_BLOCK, OF_IDENTITY = "block", "block identity"


def take_report(
    session: Session, actor: Actor, new: NewReport, signs: Signs, *, at: datetime
) -> UUID:
    """Store what a form brought, once per key, and return its id; an odd one waits for a look.

    Raises ForbiddenError("blocked") for who is blocked. Staff are never held.
    """
    if actor.id is None:
        raise ForbiddenError("blocked")
    refuse_blocked(session, actor.id, signs.device, at)
    if (known := session.scalar(told_by(actor.id, new.idempotency_key))) is not None:
        return known
    why = None
    if not (actor.may(Role.MODERATOR) or actor.may(Role.OFFICER)):
        spot = Spot(*seen_at(new.category, new.lat, new.lon), signs.device)
        why = why_wait(signs, past_of(session, actor.id, spot, at), at)
    report_id = open_report(
        session, actor, msgspec.structs.replace(new, held=why is not None), at=at
    )
    _trace(session, actor.id, report_id, signs.device, why.value if why else "", at)
    if why is not None:
        detail = {"why": why.value}
        audit.record(
            session, actor.id, "hold_report", "report", str(report_id), at=at, detail=detail
        )
    return report_id


def _trace(
    session: Session, person_id: UUID, report_id: UUID, device: str, why: str, at: datetime
) -> None:
    row = ReportTrace(
        report_id=report_id, person_id=person_id, device=device or None, why=why, at=at
    )
    if session.get(ReportTrace, report_id) is None:
        session.add(row)


def let_through(session: Session, actor: Actor, reports: Sequence[Report], *, at: datetime) -> int:
    """Let reports that waited into the open; return how many. What was looked at is left alone."""
    held = _still_held(session, reports)
    for report in held:
        answer_report(session, actor, report, Status.OPEN, "", at=at)
        audit.record(session, actor.id, "let_through", "report", str(report.id), at=at)
    return len(held)


def turn_down(
    session: Session, actor: Actor, reports: Sequence[Report], reason: str, *, at: datetime
) -> int:
    """Turn reports that waited down, each with the reason its reporter reads; return how many."""
    if not reason.strip():
        raise InvalidError("reason_needed", {"reason": "empty"})
    held = _still_held(session, reports)
    for report in held:
        reject_report(session, actor, report, reason, at=at)
        audit.record(session, actor.id, "turn_down", "report", str(report.id), at=at)
    return len(held)


def _still_held(session: Session, reports: Sequence[Report]) -> list[Report]:
    """Hold reports until the transaction ends; return those that nobody has looked at by then."""
    hold(session, *reports)
    return [report for report in reports if report.status == Status.HELD.value]


def block_reporter(
    session: Session,
    actor: Actor,
    report: Report,
    reason: str,
    whom: tuple[str, int],
    *,
    at: datetime,
) -> UUID:
    """Keep who sent `report` from reporting; `whom` is ("person" or "device", days).

    Raises InvalidError without a reason or for odd days, RefusedError where the report came from
    no account or browser that is known, or from staff's own.
    """
    kind, days = whom
    if not reason.strip() or days not in BLOCK_DAYS or kind not in ("person", "device"):
        raise InvalidError("block_incomplete", {"reason": "reason and days"})
    trace = trace_of(session, report)
    person_id = trace.person_id if kind == "person" else None
    device = trace.device if kind == "device" else None
    if (person_id is None and device is None) or person_id == actor.id:
        raise RefusedError("nobody_to_block")
    block = ReportBlock(
        person_id=person_id,
        device=device,
        reason=reason.strip()[:REASON_LENGTH],
        since=at,
        until=at + timedelta(days=days),
        by_id=actor.id,
    )
    session.add(block)
    session.flush()
    detail = {"report": str(report.id), "whom": kind, "days": str(days)}
    audit.record(session, actor.id, "block_reporter", "block", str(block.id), at=at, detail=detail)
    return block.id


def lift_block(session: Session, actor: Actor, block_id: UUID | None, *, at: datetime) -> None:
    """End a block before its time; raises NotFoundError where none holds that the actor may see."""
    row = session.get(ReportBlock, block_id) if block_id else None
    if row is not None and actor.bounded and row.by_id != actor.id:
        raise NotFoundError
    if row is None or not block_holds(row.until, row.lifted_at, at):
        raise NotFoundError
    row.lifted_at, row.lifted_by_id = at, actor.id
    audit.record(session, actor.id, "lift_block", "block", str(row.id), at=at)


def forget_traces(session: Session, actor: Actor, *, at: datetime) -> None:
    """Forget which browsers old reports came from."""
    gone = session.connection().execute(
        delete(ReportTrace).where(ReportTrace.at < at - TRACE_KEPT, ReportTrace.at <= at)
    )
    if gone.rowcount:
        detail = {"count": str(gone.rowcount)}
        audit.record(session, actor.id, "forget_traces", "reports", "", at=at, detail=detail)


def forget_blocks(session: Session, actor: Actor, *, at: datetime) -> None:
    """Forget the blocks of accounts that were erased, as soon as they hold no more."""
    gone = session.connection().execute(delete(ReportBlock).where(OF_ERASED, ~holding(at)))
    if gone.rowcount:
        detail = {"count": str(gone.rowcount)}
        audit.record(session, actor.id, "forget_blocks", "reports", "", at=at, detail=detail)


def block_again(
    session: Session, actor: Actor, person_id: UUID, secret: str, *, at: datetime
) -> None:
    """Let what holds on an erased account hold on who came back with its address, or as who they
    were at the identity provider."""
    marks = _marks_of(session, person_id, secret)
    theirs = or_(*(getattr(ReportBlock, name) == mark for name, mark in marks.items()), false())
    for block in session.scalars(select(ReportBlock).where(theirs, holding(at))).all():
        block.person_id, block.address_hash, block.identity_hash = person_id, None, None
        audit.record(session, actor.id, "block_again", "block", str(block.id), at=at)


def _marks_of(session: Session, person_id: UUID, secret: str) -> dict[str, str]:
    """Return what somebody is known again by, keyed hashes by the column that keeps each."""
    marks = {}
    if (address := directory.email_of(session, person_id)) is not None:
        marks["address_hash"] = keyed_hash(secret, OF_BLOCK, address)
    if (identity := directory.identity_of(session, person_id)) is not None:
        marks["identity_hash"] = keyed_hash(secret, OF_IDENTITY, "\n".join(identity))
    return marks


def erase_person(session: Session, person_id: UUID, at: datetime, *, secret: str) -> None:
    """Forget the blocks on a person and where their reports came from; their acts lose the name.

    A block that holds stays until it ends, under hashes that `secret` keys: whoever erases their
    account is not free of it by making it anew.
    """
    session.execute(delete(ReportTrace).where(ReportTrace.person_id == person_id))
    for column in (ReportBlock.by_id, ReportBlock.lifted_by_id):
        laid = select(ReportBlock.id).where(column == person_id)
        if session.scalar(laid.limit(1)) is not None:
            session.execute(
                update(ReportBlock).where(column == person_id).values({column.key: None})
            )
    theirs = ReportBlock.person_id == person_id
    if marks := _marks_of(session, person_id, secret):
        kept = {"person_id": None, **marks}
        session.execute(update(ReportBlock).where(theirs, holding(at)).values(kept))
    session.execute(delete(ReportBlock).where(theirs))
    audit.record(session, None, "erase_person", "report_blocks", "", at=at)
