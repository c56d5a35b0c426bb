"""Alembic's way in: every table of the house, on the database it was called for."""

from alembic import context

import app  # noqa: F401  every domain's tables are known once the application is imported
from services.db import Base, make_engine


def run() -> None:
    """Run the asked-for revisions, each in one transaction."""
    url = context.config.get_main_option("sqlalchemy.url") or ""
    engine = make_engine(url)
    with engine.connect() as connection:
        batch = connection.dialect.name == "sqlite"
        context.configure(
            connection=connection, target_metadata=Base.metadata, render_as_batch=batch
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
