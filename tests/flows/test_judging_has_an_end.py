"""A settled report is judged for 28 days, on its page as by token; later trouble is told anew."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report
from participation.reports.routing.actions import add_team
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from tests.flows.test_closed_is_not_fixed import ASKED, answer, judge, settled
from tests.flows.test_report_to_answer import FORM, report
from tests.pages import Pages
from tests.people import JUN, MINJI, SOYEON

Visit = Callable[[Actor | None], Pages]


def aged(app: Flask, days: float) -> None:
    """Let the report have been settled so many days ago."""
    with unit_of_work(app.extensions["engine"]) as session:
        session.execute(sa.update(Report).values(ended_at=clock.now() - timedelta(days=days)))


@pytest.mark.parametrize("days", [0, 27.9])
def test_up_to_then_who_follows_is_asked(visit: Visit, app: Flask, days: float) -> None:
    report_id = settled(visit)
    aged(app, days)
    page = visit(MINJI).get(f"/reports/{report_id}")
    assert ASKED in page
    assert "?again=" not in page
    judge(visit, MINJI, report_id, "no")


def test_after_that_the_page_offers_a_new_report_and_takes_no_word(
    visit: Visit, app: Flask
) -> None:
    report_id = settled(visit)
    aged(app, 28)
    for who in (MINJI, None):
        page = visit(who).get(f"/reports/{report_id}")
        assert ASKED not in page
        assert f'href="/reports/new?again={report_id}"' in page
    pages = visit(JUN)
    pages.get(f"/reports/{report_id}")
    refused = pages.post(f"/reports/{report_id}/judge", 409, settled="no", text="")
    assert "새로 신고해 주세요" in refused.text


def test_what_is_settled_is_in_nobodys_hands_and_invites_to_no_news(
    visit: Visit, app: Flask
) -> None:
    report_id = report(visit)
    address = f"/reports/{report_id}"
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.get_one(Report, UUID(report_id))
        row.team_id = add_team(session, SOYEON, "도로과", "야간", at=clock.now())
    assert "도로과" in visit(None).get(address)
    assert 'id="follow-act">' in visit(None).get(address)
    answer(visit, report_id, "fixed")
    assert "도로과" not in visit(None).get(address)
    aged(app, 28)
    assert 'id="follow-act" data-variant="secondary">' in visit(None).get(address)


def test_who_follows_only_later_is_not_asked_of_old_work(visit: Visit, app: Flask) -> None:
    report_id = settled(visit)
    aged(app, 200)
    pages = visit(SOYEON)
    pages.get(f"/reports/{report_id}")
    pages.post(f"/reports/{report_id}/follow")
    pages.post(f"/reports/{report_id}/judge", 409, settled="no", text="")


def test_the_new_report_and_the_old_one_lead_to_each_other(visit: Visit, app: Flask) -> None:
    old = settled(visit)
    aged(app, 40)
    pages = visit(JUN)
    page = pages.get(f"/reports/new?again={old}")
    assert 'value="34.21"' in page
    assert 'value="street_light" required checked' in page
    assert f'name="again" value="{old}"' in page
    told = FORM | {"text": "또 꺼졌어요", "idempotency_key": "tap-again-0001"}
    answer = pages.post("/reports/", **told, again=old, join="ask")
    new = str(answer.location).split("/")[-1].split("?")[0]
    assert f'href="/reports/{old}"' in visit(None).get(f"/reports/{new}")
    assert f'href="/reports/{new}"' in visit(None).get(f"/reports/{old}")


def test_what_is_hidden_is_not_told_again(visit: Visit, app: Flask) -> None:
    old = settled(visit)
    visit(SOYEON).post(f"/console/reports/{old}/answer", status="open", text="다시")
    visit(SOYEON).post(f"/console/reports/{old}/reject", reason="얼굴이 보여요")
    page = visit(JUN).get(f"/reports/new?again={old}")
    assert 'value="34.21"' not in page
    told = FORM | {"idempotency_key": "tap-again-0002", "again": old}
    visit(JUN).post("/reports/", **told)
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(Report.earlier_id)).all() == [None, None]
