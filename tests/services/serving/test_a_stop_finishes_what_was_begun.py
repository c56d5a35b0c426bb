"""SIGTERM ends a process after its last answers and deliveries, and sends its sockets elsewhere."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from services.outbox.events import OutboxDelivery
from tests import servers
from tests.flows.processes import browser, eventually, open_report, process, token_of
from tests.people import MINJI
from tests.services.realtime.wire import Line, shake, text


@pytest.fixture
def apart(app: Flask) -> Iterator[dict[str, str]]:
    settings = app.extensions["settings"]
    with servers.redis() as redis_url:
        yield {
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": redis_url,
            "MADANG_MODE": "test",
            "MADANG_SECRET_KEY": settings.secret_key,
        }


@pytest.mark.parametrize("command", ["web", "serve"])
def test_a_request_that_was_begun_is_answered(
    apart: dict[str, str], tmp_path: Path, command: str
) -> None:
    body = b"email=someone%40example.org&csrf_token=x"
    head = (
        b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n"
    )
    with (
        process(command, tmp_path, **apart) as server,
        socket.create_connection(("127.0.0.1", server.port), 10) as line,
    ):
        line.sendall(head + body[:10])
        time.sleep(0.5)
        server.ask()
        time.sleep(0.5)
        line.sendall(body[10:])
        assert line.recv(12) == b"HTTP/1.1 400"
        assert server.ended() == 0


def test_sockets_are_told_to_go_elsewhere(apart: dict[str, str], tmp_path: Path) -> None:
    with (
        process("realtime", tmp_path, **apart) as server,
        socket.create_connection(("127.0.0.1", server.port), 10) as sock,
    ):
        line = Line(sock, shake(sock)[1])
        line.send(text("40"))
        line.read()
        server.ask()
        assert line.close_code() == 1001
        assert server.ended() == 0


def test_a_delivery_that_was_begun_is_finished(
    app: Flask, apart: dict[str, str], tmp_path: Path, kind: str
) -> None:
    """What the delivery wants to write is locked when the stop comes, and let go after it."""
    engine = app.extensions["engine"]
    lock = "LOCK TABLE realtime_change IN EXCLUSIVE MODE" if kind == "postgresql" else "SELECT 1"
    with process("web", tmp_path, **apart) as web:
        open_report(browser(web.address, token_of(app, MINJI)), web.address, "tap-stop-1")
    with process("worker", tmp_path, **apart) as worker:
        with engine.begin() as holder:
            holder.execute(sa.text(lock))
            eventually(lambda: begun(engine) > 0)
            worker.ask()
            time.sleep(0.5)
        assert worker.ended() == 0
    with engine.connect() as connection:
        held = sa.select(sa.func.count()).where(OutboxDelivery.lease.is_not(None))
        assert connection.scalar(held) == 0


def begun(engine: sa.Engine) -> int:
    """How many deliveries were ever tried."""
    with engine.connect() as connection:
        tried = sa.select(sa.func.count()).where(OutboxDelivery.tries > 0)
        return connection.scalar(tried) or 0
