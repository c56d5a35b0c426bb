"""Rows with a name of their own, also when two are given the same one at once."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session

from services.errors import RefusedError


def add_named(session: Session, row: DeclarativeBase, field: str = "name") -> None:
    """Store what has a unique name; RefusedError at `field` where another took it meanwhile."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise RefusedError("name_taken", {field: "taken"}) from error
