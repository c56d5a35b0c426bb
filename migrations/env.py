"""Alembic's way in: every table of the house, on the database it was called for."""

from alembic import context
from sqlalchemy import Connection

import app  # noqa: F401  every domain's tables are known once the application is imported
from services.db import Base, make_engine


def _let_tables_be_replaced(connection: Connection) -> None:
    """SQLite changes a table by making it anew, which keys that point to it must not forbid.

    It hears this before a transaction alone (https://sqlite.org/lang_altertable.html, 7).
    """
    bare = connection.connection.dbapi_connection
    assert bare is not None
    bare.execute("PRAGMA foreign_keys=OFF")  # type: ignore[attr-defined]


def _find_loose_ends(connection: Connection) -> None:
    """Fail where a row points to one that is not there: some change lost it."""
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if loose:
        raise RuntimeError(f"rows point to nothing: {loose[:5]}")


def run() -> None:
    """Run the asked-for revisions, each in one transaction."""
    url = context.config.get_main_option("sqlalchemy.url") or ""
    engine = make_engine(url)
    with engine.connect() as connection:
        batch = connection.dialect.name == "sqlite"
        if batch:
            _let_tables_be_replaced(connection)
        context.configure(
            connection=connection, target_metadata=Base.metadata, render_as_batch=batch
        )
        with context.begin_transaction():
            before = context.get_context().get_current_heads()
            context.run_migrations()
            if batch and before != context.get_context().get_current_heads():
                _find_loose_ends(connection)
    engine.dispose()


run()
