"""A commit is on the disk when it is acknowledged; what a sensor says again may ask for less."""

import sqlalchemy as sa

from services.db import Session, reading_session, unit_of_work

# SQLite: 2 is FULL, 1 is NORMAL.
ASKED = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}
LESS = {"sqlite": 1, "postgresql": "off"}


def level(session: Session) -> object:
    return session.execute(sa.text(ASKED[session.get_bind().dialect.name])).scalar()


def always_full(engine: sa.Engine) -> object:
    """The tests' own PostgreSQL waits for no disk: say here that it should."""
    if engine.dialect.name == "sqlite":
        return 2

    @sa.event.listens_for(engine, "connect")
    def _wait(connection: object, _record: object) -> None:
        connection.execute("SET synchronous_commit = on")  # type: ignore[attr-defined]
        connection.commit()  # type: ignore[attr-defined]

    return "on"


def test_only_the_one_that_asked_gets_less(engine: sa.Engine) -> None:
    engine.dispose()
    full = always_full(engine)
    with unit_of_work(engine) as session:
        assert level(session) == full
    with unit_of_work(engine, durable=False) as session:
        assert level(session) == LESS[engine.dialect.name]
    # The pool hands the same connection out again: nothing of it may be left there.
    assert engine.pool.checkedin() == 1  # type: ignore[attr-defined]
    with unit_of_work(engine) as session:
        assert level(session) == full
    with reading_session(engine) as session:
        assert level(session) == full


def test_it_is_given_back_after_a_failure_too(engine: sa.Engine) -> None:
    engine.dispose()
    full = always_full(engine)
    try:
        with unit_of_work(engine, durable=False) as session:
            assert level(session) == LESS[engine.dialect.name]
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    with unit_of_work(engine) as session:
        assert level(session) == full
