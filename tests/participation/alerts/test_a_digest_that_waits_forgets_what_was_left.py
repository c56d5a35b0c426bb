"""A digest that still waits names no place that was removed or rests meanwhile."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask

from participation.alerts.access import alert_for
from participation.alerts.actions import remove_alert, switch_alert
from participation.alerts.rules import Way
from services import clock
from services.db import unit_of_work
from tests.participation.alerts.conftest import Street
from tests.participation.alerts.test_a_digest_that_waits_forgets_what_was_hidden import digests
from tests.participation.reports.settling import test_one_tap as taps
from tests.participation.reports.settling.test_one_tap import deliver
from tests.people import MINJI

addresses = taps.addresses


def leave(app: Flask, alert_id: UUID, how: str) -> None:
    now = clock.now()
    with unit_of_work(app.extensions["engine"]) as session:
        alert = alert_for(session, MINJI, str(alert_id))
        if how == "removed":
            remove_alert(session, MINJI, alert, at=now)
        else:
            switch_alert(session, MINJI, alert, on=False, at=now)


@pytest.mark.parametrize("how", ["removed", "rests"])
@pytest.mark.parametrize("written", [True, False], ids=["written", "being made"])
def test_nothing_is_written_of_the_only_place(
    app: Flask, street: Street, tell: Callable[..., None], how: str, written: bool
) -> None:
    place = street.follow(MINJI, way=Way.DIGEST)
    street.report(text="Dark lamp")
    deliver(app)
    street.wait()
    tell(clock.now())
    if written:
        deliver(app)
        assert len(digests(app)) == 1
    leave(app, place, how)
    deliver(app)
    assert digests(app) == []


def test_another_place_that_found_it_too_still_tells(
    app: Flask, street: Street, tell: Callable[..., None]
) -> None:
    first = street.follow(MINJI, way=Way.DIGEST, label="우리 집, 먼저")
    street.follow(MINJI, way=Way.DIGEST, label="우리 집, 그다음")
    street.report(text="Dark lamp")
    deliver(app)
    street.wait()
    tell(clock.now())
    deliver(app)
    leave(app, first, "removed")
    deliver(app)
    (letter,) = digests(app)
    assert "먼저" not in letter
    assert "Dark lamp" in letter
