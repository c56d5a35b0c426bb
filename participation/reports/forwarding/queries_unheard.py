"""What the console shows of requests and words that another body has not got, or is not to."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Row, select

from participation.reports.forwarding.models import Forwarding, ForwardingWord, OutsideBody
from participation.reports.forwarding.queries_words import later_was_told, step_before_waits
from participation.reports.forwarding.waits import WAITING
from participation.reports.models import Report, ReportEntry
from services.db import Session
from services.registry import Stuck

Waits = Literal["", "behind", "paused", "being_told", "too_late"]
IN_ORDER = Forwarding.made_at, Forwarding.id, ReportEntry.at.is_(None), ReportEntry.at
SHOWN_STATES = (*WAITING, "refused")
SHOWN = 200
LAST_FIRST = (ForwardingWord.skipped_at.desc(),)


class Underway(msgspec.Struct, frozen=True):
    """A report that waits for a body, or was refused by it."""

    id: str
    report_id: str
    title: str
    body: str
    state: str
    tries: int
    due_at: datetime
    error: str
    said: str


class Unheard(msgspec.Struct, frozen=True):
    """A word a body has not heard. `word` is its status, "" for a photo; `said` what people said.

    `waits` is what it waits for beside its time: a word before it, a body that is paused, or the
    end of being told this moment. One that is kept from the body since `skipped_at`, for a
    `reason`, is `too_late` for it once a later one was told.
    """

    way: Underway
    word: str
    said: str
    at: datetime | None
    waits: Waits
    skipped_at: datetime | None
    reason: str


def underway(session: Session, states: Sequence[str] = SHOWN_STATES) -> list[Underway]:
    """Return what was refused by a body, for a person must see to it, and what waits for one.

    Of each the oldest come first, `SHOWN` at most.
    """
    rows = session.execute(
        select(Forwarding, Report.title, OutsideBody.name)
        .join(Report, Report.id == Forwarding.report_id)
        .join(OutsideBody, OutsideBody.id == Forwarding.body_id)
        .where(Forwarding.state.in_(states))
        .order_by(Forwarding.state != "refused", Forwarding.made_at, Forwarding.id)
        .limit(SHOWN)
    )
    return [_underway(one, one.report_id, title, name) for one, title, name in rows]


def refused(session: Session) -> list[Stuck]:
    """Return the reports a body said no to: they wait for an operator (services.registry)."""
    return [_stuck(one) for one in underway(session, ("refused",))]


def _stuck(one: Underway) -> Stuck:
    reason = one.said or one.error
    return Stuck(f"{one.title} → {one.body}", reason, f"/console/bodies#way-{one.id}", one.due_at)


def _underway(one: Forwarding | ForwardingWord, report_id: UUID, title: str, body: str) -> Underway:
    code, _, said = (one.error or "").partition(": ")
    return Underway(
        id=str(one.id),
        report_id=str(report_id),
        title=title,
        body=body,
        state=one.state,
        tries=one.tries,
        due_at=one.due_at,
        error=code,
        said=said,
    )


def unheard(session: Session, at: datetime) -> list[Unheard]:
    """Return the words that bodies have not heard yet, or did not want to; `at` is now.

    Those of one request stand together, in the order in which they go.
    """
    return list(_listed(session, ("waiting", "refused"), at, *IN_ORDER))


def skipped(session: Session, at: datetime) -> list[Unheard]:
    """Return the words that are kept from their bodies, the last one first."""
    return list(_listed(session, ("skipped",), at, *LAST_FIRST))


def unwanted(session: Session) -> list[Stuck]:
    """Return the words a body said no to: they wait for an operator (services.registry)."""
    return [_stuck(one.way) for one in _listed(session, ("refused",), None, *IN_ORDER)]


def _listed(
    session: Session, states: Sequence[str], at: datetime | None, *order: Any
) -> Iterator[Unheard]:
    columns = Forwarding.report_id, Report.title, OutsideBody.name, OutsideBody.paused_at
    order_kept = step_before_waits().label("behind"), later_was_told().label("too_late")
    rows = session.execute(
        select(ForwardingWord, ReportEntry, *columns, *order_kept)
        .join(Forwarding, Forwarding.id == ForwardingWord.forwarding_id)
        .join(Report, Report.id == Forwarding.report_id)
        .join(OutsideBody, OutsideBody.id == Forwarding.body_id)
        .outerjoin(ReportEntry, ReportEntry.id == ForwardingWord.entry_id)
        .where(ForwardingWord.state.in_(states))
        .order_by(*order, ForwardingWord.id)
        .limit(SHOWN)
    )
    for row in rows:
        yield _unheard(row, at)


def _unheard(row: Row[*tuple[Any, ...]], at: datetime | None) -> Unheard:
    word, entry = row.ForwardingWord, row.ReportEntry
    return Unheard(
        way=_underway(word, row.report_id, row.title, row.name),
        word=word.word,
        said=entry.text if entry is not None and entry.public else "",
        at=entry.at if entry is not None else None,
        waits=_waits(row, at),
        skipped_at=word.skipped_at,
        reason=word.reason or "",
    )


def _waits(row: Row[*tuple[Any, ...]], at: datetime | None) -> Waits:
    word = row.ForwardingWord
    if word.state != "waiting":
        return "too_late" if word.state == "skipped" and row.too_late else ""
    if at is not None and word.lease is not None and word.due_at > at:
        return "being_told"
    return "behind" if row.behind else "paused" if row.paused_at is not None else ""
