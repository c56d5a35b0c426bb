"""What Prometheus is told: to the own network alone, and of what waits in the outbox too."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from flask import Flask
from sqlalchemy import update

from services import clock
from services.auth import Actor
from services.db import unit_of_work
from services.outbox.events import OutboxDelivery
from tests.flows.test_report_to_answer import report
from tests.pages import Pages

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
