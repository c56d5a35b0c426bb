"""What Prometheus is told: to the own network alone, and of what waits in the outbox too."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import requests
from flask import Flask
from sqlalchemy import update

from services import clock
from services.auth import Actor
from services.db import unit_of_work
from services.outbox.events import OutboxDelivery
from tests.flows.processes import Process, process
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.servers import free_port

Visit = Callable[[Actor | None], Pages]
BALANCER = {"HTTP_X_FORWARDED_FOR": "10.0.0.8"}


@pytest.mark.parametrize(
    ("mode", "whence", "status"),
    [
        ("production", {"REMOTE_ADDR": "10.2.3.4"}, 200),
        ("production", {"REMOTE_ADDR": "93.184.216.34"}, 404),
        ("production", {"REMOTE_ADDR": "10.2.3.4"} | BALANCER, 404),
        ("test", {"REMOTE_ADDR": "93.184.216.34"}, 200),
    ],
)
def test_the_own_network_alone_is_told(
    app: Flask, mode: str, whence: dict[str, str], status: int
) -> None:
    app.extensions["settings"] = msgspec.structs.replace(app.extensions["settings"], mode=mode)
    answer = app.test_client().get("/metrics", environ_overrides=whence)
    assert answer.status_code == status


def value(app: Flask, name: str) -> float:
    told = app.test_client().get("/metrics").text
    (line,) = [one for one in told.splitlines() if one.startswith(f"{name} ")]
    return float(line.split()[1])


def test_what_waits_is_told(app: Flask, visit: Visit, turn: Callable[[], int]) -> None:
    report(visit)
    assert value(app, "madang_deliveries_dead") == 0
    while turn():
        pass
    assert value(app, "madang_deliveries_due") == 0
    with unit_of_work(app.extensions["engine"]) as session:
        session.execute(
            update(OutboxDelivery).values(done_at=None, due_at=clock.now() - timedelta(hours=1))
        )
    assert value(app, "madang_deliveries_due") > 0
    assert 3600 <= value(app, "madang_deliveries_oldest_seconds") < 3700


@pytest.mark.above_the_database
def test_a_process_without_pages_tells_its_own(app: Flask, tmp_path: Path) -> None:
    bind = f"127.0.0.1:{free_port()}"
    given = {"MADANG_METRICS_BIND": bind, "MADANG_MAIL_IN_BIND": f"127.0.0.1:{free_port()}"}
    given["MADANG_MAIL_IN_DOMAIN"] = "reports.example.org"
    given["DATABASE_URL"] = app.extensions["settings"].database_url
    with process("ingest", tmp_path, PORT=given["MADANG_MAIL_IN_BIND"][10:], **given):
        told = requests.get(f"http://{bind}/metrics", timeout=10).text
        second = Process("ingest", tmp_path, given)
        assert second.ended() == 1
    assert "madang_push_messages" in told
    assert f"MADANG_METRICS_BIND: {bind} is taken" in second.said()
