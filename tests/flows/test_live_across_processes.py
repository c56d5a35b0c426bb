"""Pages, sockets and work run apart, and a report still reaches every open page."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from participation.reports.live import room_of
from services.outbox.events import OutboxDelivery
from tests import nursery, servers
from tests.flows.processes import (
    browser,
    open_report,
    process,
    socket,
    token_of,
)
from tests.people import MINJI, SOYEON

ROOM = room_of(127.91, 34.21)


@pytest.fixture
def apart(database_url: str, app: Flask) -> Iterator[dict[str, str]]:
    with servers.redis() as redis_url:
        yield {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "MADANG_MODE": "test",
            "MADANG_SECRET_KEY": app.extensions["settings"].secret_key,
        }


def test_a_report_opened_through_web_reaches_a_socket_of_realtime(
    app: Flask, apart: dict[str, str], tmp_path: Path
) -> None:
    minji, soyeon = token_of(app, MINJI), token_of(app, SOYEON)
    with (
        process("web", tmp_path, **apart) as web,
        process("realtime", tmp_path, **apart) as realtime,
        process("worker", tmp_path, **apart) as worker,
        socket(realtime.address) as stranger,
        socket(realtime.address, soyeon) as moderator,
    ):
        assert stranger.call("join", {"room": ROOM})["ok"]
        assert not stranger.call("join", {"room": "console"})["ok"]
        assert moderator.call("join", {"room": "console"})["ok"]
        report_id = open_report(browser(web.address, minji), web.address, "tap-across-1")
        name, frame = stranger.receive(timeout=10)
        assert (name, frame["room"]) == ("changes", ROOM)
        assert [item["kind"] for item in frame["items"]] == ["report"]
        name, frame = moderator.receive(timeout=10)
        assert (name, frame["room"]) == ("changes", "console")
        assert [item["id"] for item in frame["items"]] == [report_id]
        assert [one.stop() for one in (worker, web, realtime)] == [0, 0, 0]
    with app.extensions["engine"].connect() as connection:
        held = select(func.count()).where(OutboxDelivery.lease.is_not(None))
        assert connection.scalar(held) == 0


def test_each_process_answers_only_what_it_is_for(apart: dict[str, str], tmp_path: Path) -> None:
    with (
        process("web", tmp_path, **apart) as web,
        process("realtime", tmp_path, **apart) as realtime,
    ):
        page = browser(web.address, "")
        assert page.get(f"{web.address}/reports/", timeout=20).status_code == 200
        assert page.get(f"{web.address}/socket.io/?EIO=4", timeout=20).status_code == 404
        assert page.get(f"{realtime.address}/reports/", timeout=20).status_code == 404
        assert page.get(f"{realtime.address}/health", timeout=20).json() == {"status": "ok"}


@pytest.mark.parametrize("command", ["web", "realtime", "worker"])
def test_a_process_of_several_says_that_it_needs_redis(command: str, tmp_path: Path) -> None:
    env = servers.ENV | {"MADANG_DATA_DIR": str(tmp_path)}
    asked = [nursery.PYTHON, "-m", "app", command]
    answer = subprocess.run(
        asked, cwd=nursery.ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 1
    assert "REDIS_URL" in answer.stderr
