"""Every table that points at a person is handed out and emptied by a privacy hook."""

import json
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
        # What stands in each text column, by its name: no two are alike.
        self.marks: dict[str, str] = {}

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
        # What is empty at first is where somebody's words will stand.
        if column.default is not None and column.default.is_scalar and column.default.arg != "":
            return column.default.arg
        return self._plain(table, column)

    def _last(self, column: sa.Column[Any]) -> Any:
        return self.connection.scalar(sa.select(sa.func.max(column)))

    def _plain(self, table: sa.Table, column: sa.Column[Any]) -> Any:
        kind: type = column.type.python_type
        if kind is str:
            length = min(getattr(column.type, "length", None) or 8, 8)
            mark = uuid4().hex[:length]
            if column.name in WORDS:
                return WORDS[column.name]
            self.marks[f"{table.name}.{column.name}"] = mark
            return mark
        values = {UUID: uuid4(), int: 1, float: 1.0, bytes: b"{}", bool: True}
        return values.get(kind, AT + timedelta(days=1))


# What a rule reads again must be a word it knows.
WORDS = {"status": "open", "category": "other", "role": "resident", "kind": "opened"}


# What is no word of a person's or about them, each with its reason.
NOT_TOLD = {
    "alert.gram": "part of the words, for the index",
    "caller_link.token_hash": "what a link is known by",
    "known_browser.browser": "what a browser is known by",
    "letter_in.name": "what a letter is known by, so that none is taken twice",
    "letter_in.sender_hash": "what a sender is counted by",
    "letter_in.token_hash": "what a link is known by",
    "photo_original.photo_hash": "the name of a picture under a cover, which nobody is shown",
    "photo_original.redacted_hash": "the name of the picture beside it",
    "push_message.error": "what a push service said",
    "push_message.topic": "what a notice takes the place of",
    "push_message.urgency_class": "how a notice is sent",
    "push_subscription.auth": "a key of a browser",
    "push_subscription.endpoint": "who has it can send to the browser",
    "push_subscription.p256dh": "a key of a browser",
    "removed_row.columns": "what the city had set up, kept for an hour",
    "report.idempotency_key": "what a report is known by, so that none is kept twice",
    "report.source": "the way a report came in",
    "report.source_id": "the number of a report where it came from",
    "report.title": "the beginning of the text",
    "report_asking.token_hash": "what a link is known by",
    "report_block.address_hash": "what an erased address is known by",
    "report_block.device": "what a browser is known by",
    "report_block.identity_hash": "what who came by a provider is known by",
    "report_export.state": "how far the work is",
    "routing_rule.days": "a rule of the city",
    "sign_in_session.token_hash": "what a sign-in is known by",
}


@pytest.fixture
def rows(engine: sa.Engine) -> Rows:
    """A person who left a trace in every table that can hold one, and what stands in each."""
    person = uuid4()
    with engine.begin() as connection:
        table = Base.metadata.tables[PERSON]
        made = {"id": person, "display_name": "Trace", "email": "trace@example.org"}
        connection.execute(table.insert().values(**made, language="ko", created_at=AT))
        rows = Rows(connection, person)
        for name in sorted(columns_of_persons(Base.metadata)):
            rows.add(Base.metadata.tables[name])
    return rows


@pytest.fixture
def full(rows: Rows) -> UUID:
    return rows.person


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


def test_every_word_of_a_person_is_handed_out(app: Flask, rows: Rows) -> None:
    with Session(app.extensions["engine"]) as session:
        held = json.dumps([hook.export(session, rows.person) for hook in hooks_of(app)])
    owned = columns_of_persons(Base.metadata).keys() - KEEPS_IDS
    asked = {name: mark for name, mark in rows.marks.items() if name.split(".")[0] in owned}
    missing = {name for name, mark in asked.items() if mark not in held}
    assert sorted(missing - set(NOT_TOLD)) == []
    assert sorted(set(NOT_TOLD) - missing) == [], "these are handed out: take them from the list"


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
