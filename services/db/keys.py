"""Keys as they stand in addresses."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Dialect, Label, String, TypeDecorator, type_coerce


class _Written(TypeDecorator[str]):
    impl = String
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        if value is None or isinstance(value, UUID):
            return value and str(value)
        return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"


def written(column: ColumnElement[UUID]) -> Label[str]:
    """Return a UUID column read as text with hyphens, under the name `key`.

    For long lists on SQLite, where making a UUID object costs more than reading its row.
    """
    return type_coerce(column, _Written()).label("key")
