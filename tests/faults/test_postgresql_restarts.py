"""PostgreSQL drops every connection, as in a restart: the next request connects anew."""

import time

import sqlalchemy as sa
from flask import Flask

from services.db import make_engine
from tests.flows.test_report_to_answer import FORM, Visit
from tests.people import MINJI

OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def drop_connections(url: str) -> int:
    """End every other connection to the database and return how many there were."""
    engine = make_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        count = len(connection.execute(sa.text(f"SELECT pg_terminate_backend(pid) {OTHERS}")).all())
        # They are told to end, and end a moment later.
        while connection.scalar(sa.text(f"SELECT count(*) {OTHERS}")):
            time.sleep(0.01)
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
