"""Many rows of one table in one statement."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Insert, Table, bindparam, func, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Session


def insert_many(
    session: Session, model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows, each a value for the same columns by name; no rows are no statement.

    A column that is not named is NULL or what the database itself puts there.

    PostgreSQL is sent one array for each column: a statement for each row, even in a pipeline,
    costs it and us twice as much.
    """
    if not rows:
        return
    table: Any = model.__table__
    connection, columns = session.connection(), tuple(rows[0])
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    values = {name: [row[name] for row in rows] for name in columns}
    # What all rows share is sent once; an array of one column must remain, to say how many.
    shared = frozenset(n for n in columns[1:] if all(one == values[n][0] for one in values[n]))
    told = {name: one[0] if name in shared else one for name, one in values.items()}
    connection.execute(_from_arrays(table, columns, shared), told)


def refresh_statistics(session: Session) -> None:
    """Let PostgreSQL plan by what is stored now, as it does by itself a minute or more later.

    Until then it takes large tables for empty ones, and reads them whole. SQLite plans without.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))


@lru_cache(maxsize=64)
def _from_arrays(table: Table, columns: tuple[str, ...], shared: frozenset[str]) -> Insert:
    own = [name for name in columns if name not in shared]
    arrays = (bindparam(name, type_=ARRAY(table.c[name].type)) for name in own)
    rows = func.unnest(*arrays).table_valued(*own).render_derived()
    return insert(table).from_select(
        columns,
        select(
            *(bindparam(n, type_=table.c[n].type) if n in shared else rows.c[n] for n in columns)
        ),
    )
