"""The database's history, one line of Alembic revisions, run from code."""

from pathlib import Path

from alembic import command
from alembic.config import Config

HERE = Path(__file__).resolve().parents[2] / "migrations"


def configuration(url: str) -> Config:
    """Return Alembic's configuration for the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, to: str = "head") -> None:
    """Bring the database up to revision `to`."""
    command.upgrade(configuration(url), to)


def downgrade(url: str, to: str = "base") -> None:
    """Take the database back to revision `to`; rows that only later revisions know are lost."""
    command.downgrade(configuration(url), to)
