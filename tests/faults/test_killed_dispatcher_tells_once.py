"""kill -9 in the middle of deliveries: every answer reaches its follower's phone list, once."""

import signal
from collections import Counter
from pathlib import Path
from uuid import UUID, uuid4

import sqlalchemy as sa

from participation.accounts import actions as accounts
from participation.reports import actions as reports
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services import clock
from services.db import make_engine, migrate, unit_of_work
from services.push import PushMessage, PushSubscription
from tests import servers
from tests.faults.crowd import database_of, undelivered
from tests.faults.test_killed_app_loses_nothing import started, wait_for
from tests.people import JUN, MINJI, SOYEON

ANSWERS, KILLS = 300, 5
KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"


def test_killed_dispatcher_tells_once(tmp_path: Path) -> None:
    url = database_of(tmp_path)
    migrate.upgrade(url)
    report_id = a_followed_report(url)
    answer(url, report_id)
    port = servers.free_port()
    waiting = undelivered(url)
    for _ in range(KILLS):
        app = started(tmp_path, port)
        aim = max(0, undelivered(url) - waiting // (KILLS + 2))
        wait_for(lambda a=aim: undelivered(url) <= a)
        app.stop(signal.SIGKILL)
    app = started(tmp_path, port)
    try:
        # A delivery that was cut off is anyone's again when its lease has lapsed.
        wait_for(lambda: undelivered(url) == 0)
    finally:
        app.stop(signal.SIGKILL)
    assert told(url) == {JUN.id: ANSWERS}


def a_followed_report(url: str) -> UUID:
    engine = make_engine(url)
    with unit_of_work(engine) as session:
        accounts.ensure_cast(session, clock.now())
        new = reports.NewReport(
            category=Category.NOISE,
            text="시끄러워요",
            lat=34.21,
            lon=127.91,
            idempotency_key="tap-00000001",
        )
        report_id = reports.open_report(session, MINJI, new, at=clock.now())
        report = session.get_one(Report, report_id)
        reports.follow_report(session, JUN, report, at=clock.now())
        session.add(
            PushSubscription(
                id=uuid4(),
                person_id=JUN.id,
                endpoint=f"https://127.0.0.1:{servers.free_port()}/gone",
                p256dh=KEY,
                auth="k3cX8ePz1Nw2uQhXn0oPgA",
                label="Firefox",
                created_at=clock.now(),
            )
        )
    engine.dispose()
    return report_id


def answer(url: str, report_id: UUID) -> None:
    engine = make_engine(url)
    for number in range(ANSWERS):
        status = (Status.ACKNOWLEDGED, Status.IN_PROGRESS)[number % 2]
        with unit_of_work(engine) as session:
            report = session.get_one(Report, report_id)
            reports.answer_report(session, SOYEON, report, status, f"소식 {number}", at=clock.now())
    engine.dispose()


def told(url: str) -> dict[UUID | None, int]:
    engine = make_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(PushMessage.person_id)).scalars().all()
    engine.dispose()
    return dict(Counter(rows))
