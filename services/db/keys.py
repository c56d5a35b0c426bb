"""Keys as they stand in addresses."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Dialect, Label, Text, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
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


class as_kept(FunctionElement[str]):  # noqa: N801  it stands in statements as a function does
    """A UUID column as the text its database gives most cheaply, for the longest lists of all.

    Hex digits, with hyphens on PostgreSQL and without on SQLite: who reads it takes both.
    """

    inherit_cache = True
    type = Text()


@compiles(as_kept)
def _stored(element: as_kept, compiler: Any, **given: Any) -> str:
    return compiler.process(element.clauses, **given)  # type: ignore[no-any-return]


@compiles(as_kept, "postgresql")
def _cast(element: as_kept, compiler: Any, **given: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **given)} AS TEXT)"
