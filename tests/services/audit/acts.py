"""A trail of twelve acts, as it stands in the database."""

import sqlalchemy as sa

from services.audit import AuditEntry, AuditHead

ACTS = 12
TABLE, HEAD = AuditEntry.__table__, AuditHead.__table__


def numbers(connection: sa.Connection) -> list[int]:
    return list(connection.scalars(sa.select(TABLE.c.seq).order_by(TABLE.c.seq)))
