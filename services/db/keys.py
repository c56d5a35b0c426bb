"""Keys as they stand in addresses."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Dialect, Label, type_coerce
from sqlalchemy.types import UserDefinedType


class _Written(UserDefinedType[str]):
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], str]:
        return _hyphened if dialect.name == "sqlite" else str


def _hyphened(stored: str) -> str:
    return f"{stored[:8]}-{stored[8:12]}-{stored[12:16]}-{stored[16:20]}-{stored[20:]}"


def written(column: ColumnElement[UUID]) -> Label[str]:
    """Return a UUID column that is never null as text with hyphens, under the name `key`.

    For long lists on SQLite, where making a UUID object costs more than reading its row.
    """
    return type_coerce(column, _Written()).label("key")
