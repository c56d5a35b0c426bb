"""Where anyone could be an operator for a while, production does not begin."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from participation.accounts.models import Person
from participation.accounts.wiring import refuse_cast
from services.config import SettingsError, load
from services.db import make_engine
from tests.conftest import AT
from tests.law.sources import ROOT
from tests.participation.demo.test_a_city_lives_by_itself import PRODUCTION
from tests.people import PEOPLE


@pytest.mark.parametrize("command", ["serve", "run"])
def test_no_process_begins_on_a_database_of_the_demo(
    database_url: str, tmp_path: Path, command: str
) -> None:
    env = {"PATH": "/usr/bin", "MADANG_DATA_DIR": str(tmp_path), "DATABASE_URL": database_url}
    asked = [sys.executable, "-m", "app", command]
    ran = subprocess.run(
        asked, cwd=ROOT, env=env | PRODUCTION, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 1
    assert "MADANG_MODE is production, and this database was the demo city's" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_who_left_the_cast_was_there_too(engine: sa.Engine, tmp_path: Path) -> None:
    settings = load({"MADANG_DATA_DIR": str(tmp_path)} | PRODUCTION)
    with engine.begin() as connection:
        # Whatever its visitors did with it stays: they may have given roles to themselves.
        connection.execute(sa.update(Person).values(erased_at=AT, display_name=""))
    with pytest.raises(SettingsError, match="a database of its own"):
        refuse_cast(engine, settings)


def test_others_begin(engine: sa.Engine, tmp_path: Path) -> None:
    refuse_cast(engine, load({"MADANG_DATA_DIR": str(tmp_path)}))
    production = load({"MADANG_DATA_DIR": str(tmp_path)} | PRODUCTION)
    away = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    refuse_cast(away, production)
    with engine.begin() as connection:
        cast = [one.id for one in PEOPLE.values()]
        connection.execute(sa.text("DELETE FROM person_role"))
        connection.execute(sa.delete(Person).where(Person.id.in_(cast)))
    refuse_cast(engine, production)
