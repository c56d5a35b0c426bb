"""Addresses kept by an earlier version are known by their domain in ASCII after the migration."""

from uuid import uuid4

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from participation.accounts.models import Person
from services.db import make_engine, migrate
from tests.conftest import AT

HANGUL, ASCII = "kim@회사.한국", "kim@xn--vf4b131b.xn--3e0b707e"
BOTH = ("lee@회사.한국", "lee@xn--vf4b131b.xn--3e0b707e")


def before_mine(url: str) -> None:
    """Take a database back to where a domain was kept as it was typed."""
    script = ScriptDirectory.from_config(migrate.configuration(url))
    (mine,) = [one for one in script.walk_revisions() if "know the provider" in (one.doc or "")]
    migrate.downgrade(url, str(mine.down_revision))


def test_they_are_one_with_what_is_typed(database_url: str) -> None:
    before_mine(database_url)
    engine = make_engine(database_url)
    with engine.begin() as connection:
        for address in (HANGUL, *BOTH, "park@example.org"):
            told = {"id": uuid4(), "display_name": "", "language": "ko", "created_at": AT}
            connection.execute(sa.insert(Person).values(**told, email=address))
    migrate.upgrade(database_url)
    with engine.begin() as connection:
        # Where two accounts had the two ways of one address, neither is taken from the other.
        kept = set(connection.scalars(sa.select(Person.email).where(Person.email.is_not(None))))
        assert kept == {ASCII, *BOTH, "park@example.org"}
    engine.dispose()
