"""The same form many times at once: stored once, and everybody gets an answer."""

import threading
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report
from services import audit
from services.auth import Actor
from services.db import Session
from tests.flows.test_report_to_answer import FORM
from tests.pages import Pages
from tests.people import JUN, MINJI

Visit = Callable[[Actor | None], Pages]
TIMES = 8


def at_once(browsers: list[Pages], keys: list[str]) -> list[int]:
    """Send a report from each browser at the same moment and return the statuses."""
    gate, statuses = threading.Barrier(len(browsers)), []

    def send(pages: Pages, key: str) -> None:
        gate.wait()
        data = FORM | {"csrf_token": pages.token, "idempotency_key": key}
        statuses.append(pages.client.post("/reports/", data=data).status_code)

    pairs = zip(browsers, keys, strict=True)
    threads = [threading.Thread(target=send, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def opened(visit: Visit, who: Actor) -> Pages:
    pages = visit(who)
    pages.get("/reports/new")
    return pages


def stored(app: Flask) -> int:
    with Session(app.extensions["engine"]) as session:
        assert audit.intact(session)
        return session.scalar(sa.select(sa.func.count()).select_from(Report)) or 0


def test_one_tap_sent_eight_times_is_one_report(app: Flask, visit: Visit) -> None:
    browsers = [opened(visit, MINJI) for _ in range(TIMES)]
    statuses = at_once(browsers, ["tap-0000-same"] * TIMES)
    assert 303 in statuses
    assert set(statuses) <= {303, 409}
    assert stored(app) == 1


def test_eight_taps_at_once_are_eight_reports(app: Flask, visit: Visit) -> None:
    """Nobody waits for another in a ring: audit, map and report are taken in one order."""
    browsers = [opened(visit, (MINJI, JUN)[n % 2]) for n in range(TIMES)]
    statuses = at_once(browsers, [f"tap-0000-{n}" for n in range(TIMES)])
    assert statuses == [303] * TIMES
    assert stored(app) == TIMES
