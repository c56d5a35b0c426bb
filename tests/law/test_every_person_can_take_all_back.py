"""Every table that points at a person is handed out and emptied by a privacy hook."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from services.db import Base, unit_of_work
from services.registry import PrivacyHook
from tests.conftest import AT

# The row of a person stays, emptied, so that what others wrote still points somewhere.
PERSON = "person"
# The trail names who did what for as long as the law wants it known; it holds ids alone.
KEEPS_IDS = {"audit_entry"}


def columns_of_persons(metadata: sa.MetaData) -> dict[str, list[str]]:
    """Return the columns that point at a person, by table."""
    found: dict[str, list[str]] = {}
    for table in metadata.tables.values():
        for key in table.foreign_keys:
            if key.target_fullname == f"{PERSON}.id":
                found.setdefault(table.name, []).append(key.parent.name)
    return found


def unnamed(metadata: sa.MetaData, hooks: list[PrivacyHook]) -> list[str]:
    """Return tables with a person that no hook names, and names that are no table."""
    named = {table for hook in hooks for table in hook.tables}
    owed = set(columns_of_persons(metadata)) - KEEPS_IDS
    return sorted(f"{name} is named by no hook" for name in owed - named) + sorted(
        f"{name} is no table" for name in named - set(metadata.tables)
    )


def loose_ids(metadata: sa.MetaData) -> list[str]:
    """Return columns that hold a person's id and hide it from the laws."""
    pointing = columns_of_persons(metadata)
    names = {"person_id", "actor_id", "reporter_id", "assignee_id", "author_id", "owner_id"}
    return [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.name in names
        and column.name not in pointing.get(table.name, [])
        and table.name not in KEEPS_IDS
    ]


class Rows:
    """Fills tables with rows that satisfy every key and check."""

    def __init__(self, connection: sa.Connection, person: UUID) -> None:
        self.connection = connection
        self.person = person

    def add(self, table: sa.Table) -> dict[str, Any]:
        """Store one row that belongs to the person in every way it can, and return it."""
        row = {c.name: self._value(table, c) for c in table.columns if not self._automatic(c)}
        self.connection.execute(table.insert().values(**row))
        return row

    def _automatic(self, column: sa.Column[Any]) -> bool:
        return (
            column.primary_key and isinstance(column.type, sa.Integer) and not column.foreign_keys
        )

    def _value(self, table: sa.Table, column: sa.Column[Any]) -> Any:
        for key in column.foreign_keys:
            if key.target_fullname == f"{PERSON}.id":
                return self.person
            if key.column.table is table:
                return None
            row = self.add(key.column.table)
            name = key.column.name
            return row[name] if name in row else self._last(key.column)
        if column.default is not None and column.default.is_scalar:
            return column.default.arg
        return self._plain(column)

    def _last(self, column: sa.Column[Any]) -> Any:
        return self.connection.scalar(sa.select(sa.func.max(column)))

    def _plain(self, column: sa.Column[Any]) -> Any:
        kind: type = column.type.python_type
        if kind is str:
            length = min(getattr(column.type, "length", None) or 8, 8)
            return WORDS.get(column.name, uuid4().hex[:length])
        values = {UUID: uuid4(), int: 1, float: 1.0, bytes: b"{}", bool: True}
        return values.get(kind, AT + timedelta(days=1))


# What a rule reads again must be a word it knows.
WORDS = {"status": "open", "category": "other", "role": "resident", "kind": "opened"}


@pytest.fixture
def full(engine: sa.Engine) -> UUID:
    """A person who left a trace in every table that can hold one."""
    person = uuid4()
    with engine.begin() as connection:
        table = Base.metadata.tables[PERSON]
        made = {"id": person, "display_name": "Trace", "email": "trace@example.org"}
        connection.execute(table.insert().values(**made, language="ko", created_at=AT))
        rows = Rows(connection, person)
        for name in sorted(columns_of_persons(Base.metadata)):
            rows.add(Base.metadata.tables[name])
    return person


def traces(session: Session, person: UUID) -> set[str]:
    """Return the columns in which the person still stands."""
    found = set()
    for name, columns in columns_of_persons(Base.metadata).items():
        table = Base.metadata.tables[name]
        for column in columns:
            if session.scalar(
                sa.select(sa.func.count()).select_from(table).where(table.c[column] == person)
            ):
                found.add(f"{name}.{column}")
    return found


def hooks_of(app: Flask) -> list[PrivacyHook]:
    hooks: list[PrivacyHook] = app.extensions["registry"].privacy
    return hooks


def test_every_table_is_named(app: Flask) -> None:
    assert unnamed(Base.metadata, hooks_of(app)) == []
    assert loose_ids(Base.metadata) == []


def test_nothing_of_an_erased_person_is_left(app: Flask, full: UUID) -> None:
    engine = app.extensions["engine"]
    with unit_of_work(engine) as session:
        assert len(traces(session, full)) == sum(
            map(len, columns_of_persons(Base.metadata).values())
        )
        for hook in hooks_of(app):
            hook.erase(session, full, AT)
    with Session(engine) as session:
        assert traces(session, full) == set()
        row = session.execute(
            sa.select(Base.metadata.tables[PERSON]).where(Base.metadata.tables[PERSON].c.id == full)
        ).one()
        assert (row.email, "Trace" in row.display_name) == (None, False)


def test_every_hook_hands_out_what_it_holds(
    app: Flask, full: UUID, nothing: Callable[[Any], bool]
) -> None:
    with Session(app.extensions["engine"]) as session:
        silent = [hook.name for hook in hooks_of(app) if nothing(hook.export(session, full))]
    assert silent == []


@pytest.fixture
def nothing() -> Callable[[Any], bool]:
    def is_nothing(held: Any) -> bool:
        parts = held.values() if isinstance(held, dict) else held
        return not held or (isinstance(held, dict | list) and all(p in ([], {}) for p in parts))

    return is_nothing


def test_a_forgotten_table_is_found(app: Flask) -> None:
    other = sa.MetaData()
    sa.Table(PERSON, other, sa.Column("id", sa.Uuid, primary_key=True))
    sa.Table("diary", other, sa.Column("writer", sa.ForeignKey("person.id"), primary_key=True))
    sa.Table("hidden", other, sa.Column("person_id", sa.Uuid, primary_key=True))
    assert unnamed(other, []) == ["diary is named by no hook"]
    assert "report is no table" in unnamed(other, hooks_of(app))
    assert loose_ids(other) == ["hidden.person_id"]
