"""Who follows a report is not rung at night by its steps: what happened is told in the morning."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask

from participation.alerts import actions as alerts_actions
from participation.alerts.queries import Times
from participation.reports import actions
from participation.reports.models import Report
from participation.reports.rules import Status
from services import clock
from services.config import Settings
from services.db import unit_of_work
from services.push import Sender
from services.push.subscriptions import Offer, subscribe
from tests.pages import Pages
from tests.participation.reports.photos.covers import report
from tests.participation.reports.settling.test_one_tap import deliver
from tests.people import MINJI, SOYEON
from tests.pushservice import PushService

ZONE = "Asia/Seoul"
SOON, HOUR = timedelta(minutes=1), timedelta(hours=1)
Visit = Callable[..., Pages]


@pytest.fixture
def service(app: Flask, settings: Settings) -> Iterator[tuple[PushService, Sender]]:
    """A push service, the sender towards it, and a browser of Minji's."""
    sender = Sender(app.extensions["engine"], settings)
    with PushService() as made:
        offer = msgspec.convert(made.subscribe(sender.vapid.public_key()).offer(), Offer)
        with unit_of_work(app.extensions["engine"]) as session:
            subscribe(session, MINJI.id, offer, allow_private=True, at=clock.now())
        yield made, sender
        sender.close()


def keep(engine: sa.Engine, times: Times) -> None:
    with unit_of_work(engine) as session:
        alerts_actions.set_times(session, MINJI, times, ZONE, at=clock.now())


def around_now() -> Times:
    """Quiet hours that began an hour ago and end in an hour."""
    local = clock.now().astimezone(ZoneInfo(ZONE))
    minute = local.hour * 60 + local.minute
    return Times((minute - 60) % 1440, (minute + 60) % 1440)


@pytest.mark.parametrize("status", [Status.IN_PROGRESS, Status.FIXED])
def test_an_answer_and_a_question_wait_for_the_morning(
    app: Flask,
    visit: Visit,
    service: tuple[PushService, Sender],
    status: Status,
) -> None:
    push, sender = service
    engine = app.extensions["engine"]
    keep(engine, around_now())
    report(visit)
    with unit_of_work(engine) as session:
        row = session.scalars(sa.select(Report)).one()
        actions.answer_report(session, SOYEON, row, status, "소식", at=clock.now())
    deliver(app)
    sender.send_due(clock.now() + SOON)
    assert push.arrived == []
    sender.send_due(clock.now() + HOUR + SOON)
    assert len(push.arrived) == 1


def test_the_page_of_notices_says_when_and_leads_to_the_choice(app: Flask, visit: Visit) -> None:
    pages = visit(MINJI)
    assert "알림이 언제든 올 수 있어요" in pages.get("/me/notifications")
    keep(app.extensions["engine"], Times(22 * 60 + 30, 7 * 60))
    page = pages.get("/me/notifications")
    assert "22:30–07:00에는 알림이 오지 않아요" in page
    assert 'href="/me/places#times"' in page
    assert "신고의 알림이 오지 않고" in pages.get("/me/places")
