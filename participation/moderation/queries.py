"""The audit trail with names, as the console shows it."""

from datetime import datetime
from uuid import UUID

import msgspec

from participation.accounts import directory
from participation.moderation.details import detail
from services import audit
from services.db import Session

PAGE = 100


class AuditLine(msgspec.Struct, frozen=True):
    """An act; its detail is told in words, as (what, how it is)."""

    seq: int
    at: datetime
    who: str
    verb: str
    kind: str
    ref: str
    detail: list[tuple[str, str]]


class AuditPage(msgspec.Struct, frozen=True):
    """The newest acts that were looked for; `older` is where the next page begins, if any."""

    lines: list[AuditLine]
    older: int | None


def trail(session: Session, who: str, wanted: audit.Wanted, lang: str) -> AuditPage:
    """Return the acts that are `wanted`, of people whose name begins with `who`, with names.

    Their details are in the words of `lang`.
    """
    if who:
        wanted = msgspec.structs.replace(wanted, actors=directory.named(who))
    rows = audit.latest(session, wanted, limit=PAGE + 1)
    names = directory.names_of(session, {r.actor_id for r in rows if r.actor_id})
    lines = [_line(r, names, lang) for r in rows[:PAGE]]
    return AuditPage(lines, lines[-1].seq if len(rows) > PAGE else None)


def _line(row: audit.AuditRow, names: dict[UUID, str], lang: str) -> AuditLine:
    who = names.get(row.actor_id, "") if row.actor_id else ""
    told = [detail(lang, key, said) for key, said in row.detail.items()]
    return AuditLine(row.seq, row.at, who, row.verb, row.kind, row.ref, told)
