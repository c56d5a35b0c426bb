"""A digest that still waits for the mail server names nothing that was hidden meanwhile."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask

from participation.alerts.rules import Way
from participation.reports import actions
from participation.reports.models import Report
from services import clock
from services.db import Session, unit_of_work
from services.letters import LetterOut
from tests.participation.alerts.conftest import Street
from tests.participation.reports.settling import test_one_tap as taps
from tests.participation.reports.settling.test_one_tap import deliver
from tests.people import MINJI, SOYEON

addresses = taps.addresses


def digests(app: Flask) -> list[str]:
    with Session(app.extensions["engine"]) as session:
        mine = sa.select(LetterOut.text).where(LetterOut.text.contains("우리 집"))
        return list(session.scalars(mine))


def reject(app: Flask, text: str) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.scalars(sa.select(Report).where(Report.text == text)).one()
        actions.reject_report(session, SOYEON, row, "It names somebody", at=clock.now())


def hide(app: Flask, text: str) -> None:
    """Let it be hidden, and let all who listen have heard of it."""
    reject(app, text)
    deliver(app)


def test_it_goes_out_with_what_is_left_and_not_at_all_without(
    app: Flask, street: Street, tell: Callable[..., None]
) -> None:
    street.follow(MINJI, way=Way.DIGEST)
    for text in ("Kim did it", "Dark lamp"):
        street.report(text=text)
    deliver(app)
    street.wait()
    tell(clock.now())
    deliver(app)
    (before,) = digests(app)
    assert "Kim did it" in before
    hide(app, "Kim did it")
    (after,) = digests(app)
    assert "Kim" not in after
    assert "Dark lamp" in after
    hide(app, "Dark lamp")
    assert digests(app) == []
