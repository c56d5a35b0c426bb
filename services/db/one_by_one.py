"""What two transactions do for the same key happens one after the other.

SQLite has one writer anyway. PostgreSQL lets both go on where they touch no row in common, and
neither sees then what the other is about to write.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Integer, bindparam, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from services.db import Session

# Advisory locks named by two numbers never meet those that are named by one.
_SPACE = 0x6B65
_NAMES = bindparam("names", type_=ARRAY(Integer()))
_EACH = func.unnest(_NAMES).column_valued("name")
_HOLD = select(func.pg_advisory_xact_lock(literal(_SPACE, Integer()), _EACH))


def wait_turn(session: Session, keys: Iterable[UUID]) -> None:
    """Wait for every transaction that waited for one of `keys` before; others wait for this one.

    Before any row is held, and once in a transaction, so that no two wait for each other.
    """
    names = sorted({key.int % 2**31 for key in keys})
    if names and session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_HOLD, {"names": names}).close()
