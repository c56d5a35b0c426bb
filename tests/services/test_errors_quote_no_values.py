"""What a database complains of ends in logs; the words and addresses in it must not."""

import logging

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from services.db import unit_of_work

WORD = "minji-lives-here@example.org"
TABLE = sa.table("wall", sa.column("colour"), sa.column("coats"))


@pytest.fixture
def wall(engine: sa.Engine) -> sa.Engine:
    with unit_of_work(engine) as session:
        session.execute(sa.text("CREATE TABLE wall (colour TEXT UNIQUE, coats INTEGER)"))
    return engine


def painted(wall: sa.Engine, colour: object, coats: object = 1) -> None:
    with unit_of_work(wall) as session:
        session.execute(sa.insert(TABLE).values(colour=colour, coats=coats))


def test_a_broken_constraint_is_logged_without_the_row(
    wall: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    painted(wall, WORD)
    log = logging.getLogger("services.test")
    with caplog.at_level(logging.ERROR):
        try:
            painted(wall, WORD)
        except IntegrityError as error:
            log.exception("it failed: %s", error)
    assert "IntegrityError" in caplog.text
    assert "wall" in caplog.text
    assert WORD not in caplog.text


def test_an_odd_value_is_not_quoted_either(
    wall: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    log = logging.getLogger("services.test")
    with caplog.at_level(logging.ERROR):
        try:
            with unit_of_work(wall) as session:
                session.execute(sa.text("SELECT abs(-9223372036854775808), :w"), {"w": WORD})
                session.execute(sa.text("SELECT CAST(:w AS integer) FROM nowhere"), {"w": WORD})
        except DBAPIError as error:
            log.exception("it failed: %s", error)
        try:
            with unit_of_work(wall) as session:
                session.execute(
                    sa.text("INSERT INTO wall (coats) VALUES (CAST(:w AS integer))"), {"w": WORD}
                )
                session.execute(sa.text("SELECT nothing FROM wall WHERE colour = :w"), {"w": WORD})
        except DBAPIError as error:
            log.exception("it failed: %s", error)
    assert caplog.records
    assert WORD not in caplog.text
