"""A database whose machine vanishes is given up within seconds, and so are we by it."""

import sqlalchemy as sa


def test_both_sides_look_whether_the_other_is_there(engine: sa.Engine) -> None:
    """SQLite has no host to lose."""
    if engine.dialect.name == "sqlite":
        return
    with engine.connect() as connection:
        shown = connection.execute(sa.text("SHOW tcp_keepalives_idle")).scalar_one()
        driver = connection.connection.driver_connection
        assert driver is not None
        ours = driver.info.get_parameters()
    assert shown == "30"
    assert (ours["keepalives_idle"], ours["tcp_user_timeout"]) == ("15", "20000")
