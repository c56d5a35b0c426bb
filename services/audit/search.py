"""Finding acts in the trail: by who, what, on what, and when."""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, false, or_, select

from services.audit.trail import AuditEntry, extend
from services.db import Session


class Wanted(msgspec.Struct, frozen=True):
    """Which acts are looked for; what is empty or None asks for nothing.

    `actors` are the ids of people, or what selects them. `verb`, `kind` and `ref` are how the words
    begin; `verbs` and `kinds` are whole ones that do as well as a `verb` and a `kind`. `details`
    are texts of which the detail, as it is recorded, holds one. `since` and `until` (not included)
    are moments, `before` is a number of an act: only older ones.
    """

    actors: Collection[UUID] | Select[UUID] | None = None
    verb: str = ""
    verbs: Collection[str] = ()
    kind: str = ""
    kinds: Collection[str] = ()
    ref: str = ""
    details: Collection[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


ALL = Wanted()


class AuditRow(msgspec.Struct, frozen=True):
    seq: int
    at: datetime
    actor_id: UUID | None
    verb: str
    kind: str
    ref: str
    detail: dict[str, str]


def latest(session: Session, wanted: Wanted = ALL, *, limit: int = 100) -> list[AuditRow]:
    """Return the newest acts that are wanted, newest first."""
    extend(session)
    rows = select(AuditEntry).where(*_terms(wanted)).order_by(AuditEntry.seq.desc()).limit(limit)
    return [
        AuditRow(
            r.seq,
            r.at,
            r.actor_id,
            r.verb,
            r.kind,
            r.ref,
            msgspec.json.decode(r.detail, type=dict[str, str]),
        )
        for r in session.scalars(rows)
    ]


def _terms(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for column, begins, whole in (
        (AuditEntry.verb, wanted.verb, wanted.verbs),
        (AuditEntry.kind, wanted.kind, wanted.kinds),
        (AuditEntry.ref, wanted.ref, ()),
    ):
        if begins:
            yield or_(column.startswith(begins, autoescape=True), column.in_(list(whole)))
    if wanted.details is not None:
        held = (AuditEntry.detail.contains(one, autoescape=True) for one in wanted.details)
        yield or_(false(), *held)
    if wanted.actors is not None:
        yield AuditEntry.actor_id.in_(wanted.actors)
    if wanted.since is not None:
        yield AuditEntry.at >= wanted.since
    if wanted.until is not None:
        yield AuditEntry.at < wanted.until
    if wanted.before is not None:
        yield AuditEntry.seq < wanted.before
