"""Metadata equals migrations, and every revision goes up and down, on each database."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from services.db import Base, make_engine, migrate


def differences(engine: sa.Engine, metadata: sa.MetaData) -> list[str]:
    """Return what a new revision would have to change."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _types})
        return [str(one) for one in compare_metadata(context, metadata)]


def _types(
    context: MigrationContext, _column: Any, _mine: Any, found: Any, told: Any
) -> bool | None:
    """SQLite knows one kind of real number; elsewhere and else the library's own rule holds."""
    both = isinstance(found, sa.Float) and isinstance(told, sa.Float)
    return False if both and context.dialect.name == "sqlite" else None


def revisions(url: str) -> list[str]:
    """Return every revision, oldest first; fails where history forks."""
    script = ScriptDirectory.from_config(migrate.configuration(url))
    assert len(script.get_heads()) == 1
    return [one.revision for one in script.walk_revisions()][::-1]


@pytest.fixture
def engine(each_database_url: str) -> Iterator[sa.Engine]:
    made = make_engine(each_database_url)
    yield made
    made.dispose()


def test_they_are_one(engine: sa.Engine) -> None:
    assert differences(engine, Base.metadata) == []


def test_a_difference_is_found(engine: sa.Engine) -> None:
    other = sa.MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(other)
    sa.Table("forgotten", other, sa.Column("id", sa.Integer, primary_key=True))
    other.tables["person"].append_column(sa.Column("height", sa.Integer))
    found = differences(engine, other)
    assert len(found) == 2
    assert any("forgotten" in one for one in found)


def test_every_revision_goes_up_and_down(each_database_url: str) -> None:
    url = each_database_url
    engine = make_engine(url)
    steps = revisions(url)
    for before in [*steps[:-1][::-1], "base"]:
        migrate.downgrade(url, before)
    assert set(sa.inspect(engine).get_table_names()) <= {"alembic_version"}
    for step in steps:
        migrate.upgrade(url, step)
        if step != steps[0]:
            migrate.downgrade(url, steps[steps.index(step) - 1])
            migrate.upgrade(url, step)
    assert differences(engine, Base.metadata) == []
    engine.dispose()
    engine.dispose()
