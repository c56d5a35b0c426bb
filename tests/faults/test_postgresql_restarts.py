"""PostgreSQL drops every connection, as in a restart: the next request connects anew."""

import sqlalchemy as sa
from flask import Flask

from services.db import make_engine
from tests.flows.test_report_to_answer import FORM, Visit
from tests.people import MINJI


def drop_connections(url: str) -> int:
    """End every other connection to the database and return how many there were."""
    others = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    engine = make_engine(url)
    with engine.connect() as connection:
        count = len(connection.execute(others).all())
    engine.dispose()
    return count


def test_the_pool_recovers(app: Flask, visit: Visit, kind: str, database_url: str) -> None:
    """SQLite has no server to lose: there the same requests simply succeed."""
    pages = visit(MINJI)
    pages.get("/reports/new")
    if kind == "postgresql":
        assert drop_connections(database_url) > 0
    pages.get("/reports/")
    if kind == "postgresql":
        assert drop_connections(database_url) > 0
    pages.post("/reports/", **FORM)
    assert FORM["text"] in pages.get("/reports/")
