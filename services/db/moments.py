"""Moments as other systems read them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Label, type_coerce
from sqlalchemy.types import UserDefinedType


class _Stamped(UserDefinedType[str]):
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], str]:
        return _of_text if dialect.name == "sqlite" else stamp


def _of_text(stored: str) -> str:
    """SQLite keeps a moment as text, in UTC."""
    return f"{stored[:10]}T{stored[11:19]}Z"


def stamp(at: datetime) -> str:
    """Return a moment in the W3C's form, to the second, with its zone."""
    return at.astimezone(UTC).isoformat()[:19] + "Z"


def stamped(column: ColumnElement[datetime], name: str) -> Label[str]:
    """Return a column of moments that is never null as `stamp` writes it, under `name`.

    For long lists: on SQLite making a datetime of each costs more than reading its row.
    """
    return type_coerce(column, _Stamped()).label(name)
