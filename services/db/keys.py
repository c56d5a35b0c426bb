"""Keys as they stand in addresses."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Label,
    Select,
    Subquery,
    Text,
    Uuid,
    any_,
    column,
    func,
    literal,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
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


def among(
    session: Session, column: ColumnElement[UUID], keys: Sequence[UUID]
) -> ColumnElement[bool]:
    """Return that a column is one of these keys, which may be a thousand.

    The database is given them as one value: a statement with a place for each is written, taken
    apart and planned anew every time, and SQLite as built has 32,766 places.
    """
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(list(keys), ARRAY(Uuid())))
    listed = json.dumps([key.hex for key in keys])
    return column.in_(select(func.json_each(listed).table_valued("value").c.value))


def of_each(
    session: Session,
    rows: Select[*tuple[Any, ...]],
    owner: ColumnElement[UUID],
    keys: Sequence[UUID],
) -> Subquery:
    """Return those of `rows` whose `owner` is one of these keys, which may be a thousand.

    `owner` leads an index. PostgreSQL would rather read a table of a hundred thousand rows whole
    than look up a thousand of them, which takes it six times as long: the OFFSET forbids it.
    """
    if session.get_bind().dialect.name != "postgresql":
        return rows.where(among(session, owner, keys)).subquery()
    named = column("key", Uuid())
    wanted = func.unnest(literal(list(keys), ARRAY(Uuid()))).table_valued(named, name="wanted")
    wanted = wanted.render_derived()
    each = rows.where(owner == wanted.c.key).offset(0).lateral()
    return select(each).select_from(wanted.join(each, true())).subquery()
