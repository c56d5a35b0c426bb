"""What the migrations have yet to make is said before anything runs, not by a page that fails."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from services.db import make_engine
from services.db.shape import OldShapeError, refuse_old
from tests.flows.processes import Process

SAID = "the database lacks what this version needs: python -m app migrate"


def marked(engine: sa.Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :to"), {"to": revision}
        )


def test_the_newest_is_taken(engine: sa.Engine) -> None:
    refuse_old(engine)


def test_an_earlier_one_is_refused(engine: sa.Engine) -> None:
    marked(engine, "0001")
    with pytest.raises(OldShapeError, match="python -m app migrate"):
        refuse_old(engine)


def test_one_that_is_further_on_is_taken(
    engine: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    marked(engine, "9999")
    refuse_old(engine)
    assert "further on" in caplog.text


def test_one_that_does_not_answer_is_let_be(caplog: pytest.LogCaptureFixture) -> None:
    away = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    refuse_old(away)
    assert "not known" in caplog.text


def test_a_command_says_what_to_do(app: Flask) -> None:
    marked(app.extensions["engine"], "0001")
    ended = app.test_cli_runner().invoke(args=["reports", "rebuild-map"])
    assert (ended.exit_code, ended.output) == (1, f"Error: {SAID}\n")


def test_a_command_without_a_database_says_so(app: Flask) -> None:
    kept = app.extensions["engine"]
    app.extensions["engine"] = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    ended = app.test_cli_runner().invoke(args=["reports", "rebuild-map"])
    app.extensions["engine"] = kept
    assert ended.exit_code == 1
    assert ended.output.splitlines()[-1].startswith("Error: the database does not answer: ")


@pytest.mark.above_the_database
def test_a_process_does_not_start_on_an_empty_one(tmp_path: Path) -> None:
    started = Process("serve", tmp_path, {})
    assert started.ended() == 1
    assert started.said() == f"Database: {SAID}\n"
