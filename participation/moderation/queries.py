"""The audit trail with names, as the console shows it."""

from datetime import datetime

import msgspec

from participation.accounts import directory
from services import audit
from services.db import Session


class AuditLine(msgspec.Struct, frozen=True):
    seq: int
    at: datetime
    who: str
    verb: str
    kind: str
    ref: str


def trail(session: Session, query: str) -> list[AuditLine]:
    """Return the newest acts that begin with `query`, with the names of those who did them."""
    rows = audit.latest(session, query=query)
    names = directory.names_of(session, {r.actor_id for r in rows if r.actor_id})
    return [
        AuditLine(
            r.seq, r.at, names.get(r.actor_id, "") if r.actor_id else "", r.verb, r.kind, r.ref
        )
        for r in rows
    ]
