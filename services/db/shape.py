"""Has the database the shape this version works with?"""

import logging
from functools import cache

from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Select, String, column, inspect, select, table
from sqlalchemy.exc import DBAPIError

from services.db.migrate import configuration

log = logging.getLogger(__name__)
VERSION: Select[str] = select(column("version_num", String)).select_from(table("alembic_version"))


class OldShapeError(Exception):
    """The database is as an earlier version left it, or empty; the message says what to do."""


def refuse_old(engine: Engine) -> None:
    """Raise OldShapeError where migrations have yet to run.

    A database that does not answer is let be, for it may soon; and so is one that is further on,
    where a newer version is being brought in: what is new in it was added.
    """
    try:
        with engine.connect() as connection:
            begun = inspect(connection).has_table("alembic_version")
            found = set(connection.scalars(VERSION)) if begun else set()
    except DBAPIError as error:
        log.warning("the shape of the database is not known: %s", type(error).__name__)
        return
    known, head = _history()
    if found and not found <= known:
        log.warning("the database is further on than this version; it goes on as well as it can")
    elif found != {head}:
        raise OldShapeError("the database lacks what this version needs: python -m app migrate")


@cache
def _history() -> tuple[frozenset[str], str | None]:
    """Return all revisions, and the newest."""
    scripts = ScriptDirectory.from_config(configuration("sqlite://"))
    return frozenset(one.revision for one in scripts.walk_revisions()), scripts.get_current_head()
