"""A clerk builds the table of rules by the pages alone, tries it, and a report follows it."""

import re

import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report
from services.db import reading_session
from tests.flows.test_hostile_input import Visit
from tests.flows.test_report_to_answer import report
from tests.people import MINJI, SOYEON, TAEHO

TABLE = "/console/routing/"
SQUARE = '{"type":"Polygon","coordinates":[[[120,30],[130,30],[130,40],[120,40],[120,30]]]}'


def test_it_is_built_tried_and_followed(app: Flask, visit: Visit) -> None:
    clerk = visit(TAEHO)
    clerk.post(TABLE + "teams", body="도로과", team="가로등반")
    clerk.post(TABLE + "areas", name="온 도시", shape=SQUARE)
    clerk.post(TABLE + "days", day="2026-12-24", name="개청일")
    form = clerk.get(TABLE + "rule")
    team, area = (
        re.findall(rf'name="{name}".*?<option value="([0-9a-f-]{{36}})"', form, re.S)[0]
        for name in ("team_id", "area_id")
    )
    clerk.post(TABLE + "rule", team_id=team, area_id=area, days="any", promise_days="2")
    page = clerk.get(TABLE)
    assert "가로등반" in page
    assert "온 도시" in page
    assert "개청일" in page
    report_id = report(visit)
    with reading_session(app.extensions["engine"]) as session:
        assert str(session.scalar(sa.select(Report.team_id))) == team
    assert "도로과 · 가로등반" in visit(MINJI).get(f"/reports/{report_id}")


def test_a_row_that_cannot_be_read_is_asked_again(visit: Visit) -> None:
    clerk = visit(TAEHO)
    clerk.post(TABLE + "teams", body="도로과", team="가로등반")
    answer = clerk.post(TABLE + "rule", expect=422, team_id="x", promise_days="soon")
    assert 'id="team_id-wrong"' in answer.text
    assert 'value="soon"' in answer.text


def test_a_place_nobody_knows_is_asked_again(visit: Visit) -> None:
    page = visit(TAEHO).get(TABLE + "try?place=nowhere&category=litter", 422)
    assert 'id="try-wrong"' in page


def test_a_moderator_has_no_table(visit: Visit) -> None:
    visit(SOYEON).get(TABLE, 403)


def test_ready_answers_stand_at_the_case(visit: Visit) -> None:
    desk = visit(SOYEON)
    desk.post("/console/answers/", label="확인", text="보러 갈게요", status="acknowledged")
    desk.post("/console/answers/", label="물", text="잠갔어요", status="fixed", category="water")
    case = desk.get(f"/console/reports/{report(visit)}")
    assert "보러 갈게요" in case
    assert "잠갔어요" not in case
    gone = re.search(r"/console/answers/[0-9a-f-]{36}/delete", desk.get("/console/answers/"))
    assert gone is not None
    desk.post(gone[0])
