"""Where every connection to the database is taken, who asks is told to come back."""

import contextlib

from flask import Flask


def test_who_finds_none_is_told_to_come_back(app: Flask) -> None:
    engine = app.extensions["engine"]
    engine.pool._timeout = 0.2
    with contextlib.ExitStack() as taken:
        for _ in range(20):
            taken.enter_context(engine.connect())
        answer = app.test_client().get("/reports/")
    # SQLite's are files of our own: there is always one more.
    if engine.dialect.name == "sqlite":
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert app.test_client().get("/reports/").status_code == 200
