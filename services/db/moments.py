"""Moments as other systems read them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Label
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType


class _Stamped(UserDefinedType[str]):
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], str] | None:
        return _of_text if dialect.name == "sqlite" else None


def _of_text(stored: str) -> str:
    """SQLite keeps a moment as text, in UTC."""
    return f"{stored[:10]}T{stored[11:19]}Z"


class _stamp_of(FunctionElement[str]):  # noqa: N801  it stands in statements as a function does
    inherit_cache = True
    type = _Stamped()


@compiles(_stamp_of)
def _stored(element: _stamp_of, compiler: Any, **given: Any) -> str:
    return compiler.process(element.clauses, **given)  # type: ignore[no-any-return]


@compiles(_stamp_of, "postgresql")
def _told(element: _stamp_of, compiler: Any, **given: Any) -> str:
    column = compiler.process(element.clauses, **given)
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


def stamp(at: datetime) -> str:
    """Return a moment in the W3C's form, to the second, with its zone."""
    return at.astimezone(UTC).isoformat()[:19] + "Z"


def stamped(column: ColumnElement[datetime], name: str) -> Label[str]:
    """Return a column of moments that is never null as `stamp` writes it, under `name`.

    For long lists: making a datetime of each costs more than reading its row on SQLite, and on
    PostgreSQL more than to let it write the text.
    """
    return _stamp_of(column).label(name)
