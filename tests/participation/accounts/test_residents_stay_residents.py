"""Who is a resident by a provider's word of long ago stays one after the migration."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from participation.accounts import queries
from participation.accounts.jobs import take_back_unheard
from participation.accounts.models import Person, PersonRole, SignInSession
from participation.accounts.rules import HOME_KEPT
from services import clock
from services.db import make_engine, migrate, unit_of_work
from tests.participation.accounts.test_kept_addresses_are_written_anew import before_mine

ISSUER = "https://id.example"
LONG_AGO = timedelta(days=800)


def vouched_for(connection: sa.Connection, role: str, signed_in: timedelta | None) -> UUID:
    """Keep somebody with a role of the provider, and a sign-in so long ago, in the older shape."""
    key, now = uuid4(), clock.now()
    born = {"display_name": "", "language": "ko", "created_at": now - LONG_AGO}
    connection.execute(sa.insert(Person).values(id=key, **born))
    held = sa.table("person_role", *map(sa.column, ("person_id", "role", "issuer")))
    typed = {"person_id": sa.literal(key, sa.Uuid()), "role": role, "issuer": ISSUER}
    connection.execute(sa.insert(held).values(typed))
    if signed_in is not None:
        moments = {"created_at": now - signed_in, "expires_at": now + timedelta(days=1)}
        row = {"id": uuid4(), "person_id": key, "token_hash": key.hex, "label": ""}
        connection.execute(sa.insert(SignInSession).values(**row, **moments))
    return key


@pytest.mark.parametrize("signed_in", [None, LONG_AGO])
def test_a_residents_word_counts_from_the_migration_on(
    database_url: str, signed_in: timedelta | None
) -> None:
    before_mine(database_url)
    engine = make_engine(database_url)
    with engine.begin() as connection:
        home = vouched_for(connection, "resident", signed_in)
        desk = vouched_for(connection, "officer", signed_in)
    began = clock.now()
    migrate.upgrade(database_url)
    with unit_of_work(engine) as session:
        since = session.get_one(PersonRole, (home, "resident")).confirmed_at
        assert since is not None
        assert began - timedelta(seconds=1) <= since <= clock.now()
        # A role of the desk counts from its last sign-in, as before.
        assert [one for one, _ in queries.unheard(session, clock.now())] == [desk]
        assert home in [one for one, _ in queries.unheard(session, since + 2 * HOME_KEPT)]
    with unit_of_work(engine) as session:
        take_back_unheard(session, clock.now())
    with unit_of_work(engine) as session:
        assert session.get(PersonRole, (home, "resident")) is not None
    before_mine(database_url)
    migrate.upgrade(database_url)
    with unit_of_work(engine) as session:
        assert session.get_one(PersonRole, (home, "resident")).confirmed_at is not None
    engine.dispose()
