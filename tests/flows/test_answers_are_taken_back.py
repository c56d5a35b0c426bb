"""For ten seconds an answer can be taken back: no phone is told, the report is as before."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from participation.reports import actions
from participation.reports.actions_undo import withdraw_acts
from participation.reports.models import Report
from participation.reports.rules import UNDO_S, Status
from services import clock
from services.auth import Actor
from services.db import unit_of_work
from services.errors import RefusedError
from services.outbox import Dispatcher
from services.push import PushMessage, PushSubscription
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import MINJI, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]
KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"


def phone(app: Flask) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        browser = PushSubscription(
            person_id=MINJI.id, endpoint="https://push.example.org/x", p256dh=KEY, label="Chrome"
        )
        browser.auth, browser.created_at = "k3cX8ePz1Nw2uQhXn0oPgA", clock.now()
        session.add(browser)


def told(app: Flask) -> int:
    """Deliver all that is due within the next half minute; return how many notices wait."""
    engine = app.extensions["engine"]
    dispatcher = Dispatcher(engine, app.extensions["registry"].subscriptions)
    later = clock.now() + timedelta(seconds=30)
    dispatcher.fan_out(later)
    while dispatcher.deliver_one(later):
        pass
    with unit_of_work(engine) as session:
        return len(session.scalars(select(PushMessage.id)).all())


def test_what_is_taken_back_is_told_to_nobody(visit: Visit, app: Flask) -> None:
    phone(app)
    report_id = report(visit)
    moderator = visit(SOYEON)
    case = f"/console/reports/{report_id}"
    moderator.get(case)
    moderator.post(f"{case}/answer", status="closed", text="잘못 눌렀어요")
    page = moderator.get(case)
    given_at = page.split('name="at" value="')[1].split('"')[0]
    moderator.post("/console/undo", at=given_at)
    shown = visit(MINJI).get(f"/reports/{report_id}")
    assert "잘못 눌렀어요" not in shown
    assert "접수" in shown
    assert told(app) == 0


def test_what_stands_is_told_after_the_grace(visit: Visit, app: Flask) -> None:
    phone(app)
    report_id = report(visit)
    moderator = visit(SOYEON)
    moderator.get(f"/console/reports/{report_id}")
    moderator.post(f"/console/reports/{report_id}/answer", status="in_progress", text="내일 가요")
    Dispatcher(app.extensions["engine"], app.extensions["registry"].subscriptions).drain()
    with unit_of_work(app.extensions["engine"]) as session:
        assert session.scalars(select(PushMessage.id)).all() == []
    assert told(app) == 1


def test_many_at_once_are_taken_back_at_once(visit: Visit) -> None:
    ids = [report(visit, idempotency_key=f"tap-many-{n}") for n in range(3)]
    moderator = visit(SOYEON)
    moderator.get("/console/")
    moderator.post("/console/bulk", ids=ids, action="acknowledge")
    page = moderator.get("/console/")
    moderator.post("/console/undo", at=page.split('name="at" value="')[1].split('"')[0])
    for report_id in ids:
        assert "시에서 확인" not in visit(None).get(f"/reports/{report_id}")


@pytest.mark.parametrize("late_s", [UNDO_S + 1, 3600])
def test_too_late_is_too_late(visit: Visit, app: Flask, late_s: int) -> None:
    report_id = report(visit)
    at = clock.now()
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.scalars(select(Report)).one()
        actions.answer_report(session, SOYEON, row, Status.CLOSED, "x", at=at)
    with (
        unit_of_work(app.extensions["engine"]) as session,
        pytest.raises(RefusedError, match="too_late"),
    ):
        withdraw_acts(session, SOYEON, at, at=at + timedelta(seconds=late_s))
    assert "종료" in visit(None).get(f"/reports/{report_id}")


def test_nobody_takes_back_what_another_said_or_what_was_answered_since(
    visit: Visit, app: Flask
) -> None:
    report(visit)
    at, soon = clock.now(), clock.now() + timedelta(seconds=2)
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.scalars(select(Report)).one()
        actions.answer_report(session, SOYEON, row, Status.ACKNOWLEDGED, "x", at=at)
        with pytest.raises(RefusedError, match="nothing"):
            withdraw_acts(session, TAEHO, at, at=soon)
        actions.answer_report(session, TAEHO, row, Status.IN_PROGRESS, "y", at=soon)
        with pytest.raises(RefusedError, match="nothing"):
            withdraw_acts(session, SOYEON, at, at=soon)
        assert row.status == Status.IN_PROGRESS.value
