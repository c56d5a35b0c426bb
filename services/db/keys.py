"""Keys as they stand in addresses."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Dialect,
    Label,
    Select,
    Subquery,
    Text,
    TypeDecorator,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    literal,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine, UserDefinedType


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


class _Keys(TypeDecorator[list[UUID]]):
    """Many keys as one value: an array where there are such, JSON of hex digits elsewhere."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Uuid()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[UUID] | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return json.dumps([key.hex for key in value])


def keys_named(name: str) -> BindParameter[list[UUID]]:
    """Return the place in a statement that is made once for keys given with each asking."""
    return bindparam(name, type_=_Keys())


class _among(FunctionElement[bool]):  # noqa: N801  it stands in statements as a function does
    # Of no type of its own: SQLAlchemy would ask whether a Boolean is 1, and SQLite would then read
    # the whole table.
    inherit_cache = True


@compiles(_among)
def _listed(element: _among, compiler: Any, **given: Any) -> str:
    column, keys = element.clauses
    listed = select(func.json_each(keys).table_valued("value").c.value)
    return compiler.process(column.in_(listed), **given)  # type: ignore[no-any-return]


@compiles(_among, "postgresql")
def _in_array(element: _among, compiler: Any, **given: Any) -> str:
    column, keys = element.clauses
    return compiler.process(column == any_(keys), **given)  # type: ignore[no-any-return]


def among(
    column: ColumnElement[UUID], keys: Sequence[UUID] | BindParameter[list[UUID]]
) -> ColumnElement[bool]:
    """Return that a column is one of these keys, which may be a thousand.

    The database is given them as one value: a statement with a place for each is written, taken
    apart and planned anew every time, and SQLite as built has 32,766 places.
    """
    given = keys if isinstance(keys, BindParameter) else literal(list(keys), _Keys())
    return _among(column, given)


def of_each(
    dialect: str,
    rows: Select[*tuple[Any, ...]],
    owner: ColumnElement[UUID],
    keys: Sequence[UUID] | BindParameter[list[UUID]],
) -> Subquery:
    """Return those of `rows` whose `owner` is one of these keys, which may be a thousand.

    `owner` leads an index. PostgreSQL would rather read a table of a hundred thousand rows whole
    than look up a thousand of them, which takes it six times as long: the OFFSET forbids it.
    """
    if dialect != "postgresql":
        return rows.where(among(owner, keys)).subquery()
    given = keys if isinstance(keys, BindParameter) else literal(list(keys), _Keys())
    named = column("key", Uuid())
    wanted = func.unnest(given).table_valued(named, name="wanted").render_derived()
    each = rows.where(owner == wanted.c.key).offset(0).lateral()
    return select(each).select_from(wanted.join(each, true())).subquery()
