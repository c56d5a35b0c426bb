"""The one gate from a token to the key it opens; of a key only its hash is stored."""

from sqlalchemy import select

from participation.reports.open311.models import Open311Key
from participation.reports.open311.queries_keys import key_row
from participation.reports.open311.rules import KeyRow
from services.db import Session
from services.tokens import hash_of


def key_of(session: Session, token: str) -> KeyRow | None:
    """Return the key that `token` opens; None for an unknown or a revoked one."""
    row = session.scalar(select(Open311Key).where(Open311Key.token_hash == hash_of(token)))
    return None if row is None or row.revoked_at is not None else key_row(row)
