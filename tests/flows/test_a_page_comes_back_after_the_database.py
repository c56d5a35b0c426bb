"""A page opened while the database is away is neither left waiting nor sent off for good."""

import socket as sockets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_socketio import SocketIOTestClient
from socketio.exceptions import ConnectionRefusedError as Refused

from participation.accounts.models import SignInSession
from services.realtime import Hub
from tests import servers
from tests.flows.processes import Process, process, socket, token_of
from tests.people import MINJI
from tests.services.realtime.wire import Line, shake, text

TABLE = SignInSession.__tablename__


@pytest.fixture
def served(app: Flask, tmp_path: Path) -> Iterator[Process]:
    settings = app.extensions["settings"]
    with servers.redis() as redis:
        env = {
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": redis,
            "MADANG_MODE": "test",
            "MADANG_SECRET_KEY": settings.secret_key,
        }
        with process("realtime", tmp_path, **env) as running:
            yield running


@contextmanager
def nobody_known(engine: sa.Engine) -> Iterator[None]:
    """Let each question who is there fail for a while."""
    with engine.begin() as connection:
        connection.execute(sa.text(f"ALTER TABLE {TABLE} RENAME TO away"))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text(f"ALTER TABLE away RENAME TO {TABLE}"))


def knock(served: Process, token: str) -> list[bytes]:
    """Open a page's line and ask to be let in; return all that comes until it ends."""
    with sockets.create_connection(("127.0.0.1", served.port), 10) as sock:
        status, rest = shake(sock, Cookie=f"madang_session={token}")
        assert status == 101
        line = Line(sock, rest)
        line.send(text("40"))
        return [payload for _, payload in iter(line.read, None)]


def test_the_line_ends_without_a_refusal_and_the_next_one_is_good(
    app: Flask, served: Process
) -> None:
    token = token_of(app, MINJI)
    with nobody_known(app.extensions["engine"]):
        for _ in range(3):
            greeting, goodbye = knock(served, token)
            assert greeting.startswith(b"0{")
            assert goodbye[:2] == (1000).to_bytes(2)
    with socket(served.address, token) as page:
        assert page.call("join", {"room": "tile:13/1/1"})["ok"]
    said = served.said()
    assert "who opened a page is not known" in said
    assert "Traceback" not in said
    assert token not in said


def test_a_page_that_is_refused_on_purpose_is_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hub: Hub = app.extensions["hub"]

    def refuse(*_asked: object) -> None:
        raise Refused("not here")

    monkeypatch.setattr(hub, "_identify", refuse)
    client = SocketIOTestClient(app, app.extensions["socketio"])
    assert not client.is_connected()
    assert hub.pages == {}
    assert caplog.text == ""
