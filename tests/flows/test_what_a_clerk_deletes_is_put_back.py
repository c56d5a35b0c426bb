"""What staff delete can be put back for an hour by who deleted it, as it was."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report
from participation.reports.removals.jobs import expire_removed_rows
from participation.reports.removals.models import RemovedLink, RemovedRow
from participation.reports.routing import actions_removal
from participation.reports.routing.models import ReportArea, RoutingRule, Team
from services import clock
from services.db import reading_session, unit_of_work
from services.errors import NotFoundError, RefusedError
from tests.flows.test_hostile_input import Visit
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import HANA, SOYEON, TAEHO

TABLE, ANSWERS = "/console/routing/", "/console/answers/"
SQUARE = '{"type":"Polygon","coordinates":[[[120,30],[130,30],[130,40],[120,40],[120,30]]]}'
KEY = "([0-9a-f-]{36})"


def first(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found is not None, pattern
    return found[1]


def undo(pages: Pages, at: str, expect: int = 303) -> str:
    """Take the newest offer of a page, and return what is answered."""
    removed = first(rf'name="removed" value="{KEY}"', pages.get(at))
    return pages.post(at + "undo", expect=expect, removed=removed).text


def rows_of(app: Flask, column: sa.orm.InstrumentedAttribute[object]) -> list[object]:
    with reading_session(app.extensions["engine"]) as session:
        return list(session.scalars(sa.select(column)))


@pytest.fixture
def clerk(visit: Visit) -> Pages:
    """A clerk with a team, an area that holds the city, and two rows for them."""
    clerk = visit(TAEHO)
    clerk.post(TABLE + "teams", body="도로과", team="가로등반")
    clerk.post(TABLE + "areas", name="온 도시", shape=SQUARE)
    form = clerk.get(TABLE + "rule")
    team = first(rf'name="team_id"[^§]*?<option value="{KEY}"', form)
    area = first(rf'name="area_id"[^§]*?<option value="{KEY}"', form)
    for days in ("1", "2"):
        clerk.post(TABLE + "rule", team_id=team, area_id=area, days="any", promise_days=days)
    return clerk


def delete(clerk: Pages, what: str, expect: int = 303) -> str:
    path = first(rf'action="(/console/routing/{what}/{KEY[1:-1]}/delete)"', clerk.get(TABLE))
    return clerk.post(path, expect=expect).text


def test_a_row_comes_back_to_its_place(app: Flask, clerk: Pages) -> None:
    before = rows_of(app, RoutingRule.id)
    stood = re.findall(rf"/rule/{KEY}/up", clerk.get(TABLE))
    delete(clerk, "rule")
    assert len(rows_of(app, RoutingRule.id)) == len(before) - 1
    undo(clerk, TABLE)
    assert re.findall(rf"/rule/{KEY}/up", clerk.get(TABLE)) == stood
    assert 'name="removed"' not in clerk.get(TABLE)


def test_a_team_has_its_reports_again_and_an_area_its_ground(
    app: Flask, visit: Visit, clerk: Pages
) -> None:
    held, given = report(visit), report(visit, idempotency_key="tap-22222222", text="다른 일이에요")
    team = rows_of(app, Report.team_id)[0]
    for what in ("rule", "rule", "teams", "areas"):
        delete(clerk, what)
    assert rows_of(app, Report.team_id) == [None, None]
    assert rows_of(app, ReportArea.report_id) == []
    clerk.post(TABLE + "teams", body="공원과", team="나무반")
    other = next(one for one in rows_of(app, Team.id) if one != team)
    with unit_of_work(app.extensions["engine"]) as session:
        one = sa.update(Report).where(Report.id == UUID(given))
        session.execute(one.values(team_id=other))
    # The newest is offered first: the area, then the team, then the rows.
    for _ in range(4):
        undo(clerk, TABLE)
    with reading_session(app.extensions["engine"]) as session:
        found = {str(r.id): r.team_id for r in session.scalars(sa.select(Report))}
    assert found == {held: team, given: other}
    assert {str(one) for one in rows_of(app, ReportArea.report_id)} == {held, given}
    assert rows_of(app, RemovedRow.id) == rows_of(app, RemovedLink.report_id) == []


def test_a_row_waits_for_its_team(clerk: Pages) -> None:
    for what in ("rule", "rule", "teams"):
        delete(clerk, what)
    page = clerk.get(TABLE)
    team, row, _ = re.findall(rf'name="removed" value="{KEY}"', page)
    refused = clerk.post(TABLE + "undo", expect=409, removed=row).text
    assert "가리키던 것이 없어졌어요" in refused
    assert "담당 나누기" in refused
    for removed in (team, row):
        clerk.post(TABLE + "undo", removed=removed)


def test_what_is_named_is_not_deleted_and_the_page_says_so(clerk: Pages) -> None:
    for what in ("teams", "areas"):
        page = delete(clerk, what, expect=409)
        assert 'role="alert"' in page
        assert "온 도시" in page


def test_a_name_taken_meanwhile_is_said(clerk: Pages) -> None:
    clerk.post(TABLE + "days", day="2026-12-24", name="개청일")
    clerk.post(TABLE + "days", day="2026-12-24", open="1")
    clerk.post(TABLE + "days", day="2026-12-24", name="새 이름")
    assert "이미 쉬는 날" in undo(clerk, TABLE, 409)
    clerk.post(TABLE + "days", day="2026-12-24", open="1")
    undo(clerk, TABLE)
    assert "새 이름" in clerk.get(TABLE)
    for what in ("rule", "rule", "areas"):
        delete(clerk, what)
    clerk.post(TABLE + "areas", name="온 도시", shape=SQUARE)
    assert "같은 이름이 생겼어요" in undo(clerk, TABLE, 409)


def test_only_who_deleted_it_within_the_hour_and_once(
    app: Flask, visit: Visit, clerk: Pages
) -> None:
    delete(clerk, "rule")
    assert 'name="removed"' not in visit(HANA).get(TABLE)
    removed = first(rf'name="removed" value="{KEY}"', clerk.get(TABLE))
    assert "남아 있지 않아요" in visit(HANA).post(TABLE + "undo", 404, removed=removed).text
    later = clock.now() + timedelta(hours=1, minutes=1)
    with pytest.raises(RefusedError), unit_of_work(app.extensions["engine"]) as session:
        actions_removal.put_back(session, TAEHO, removed, at=later)
    clerk.post(TABLE + "undo", removed=removed)
    assert "남아 있지 않아요" in clerk.post(TABLE + "undo", 404, removed=removed).text
    clerk.post(TABLE + "undo", 404, removed="no-id")
    delete(clerk, "rule")
    with unit_of_work(app.extensions["engine"]) as session:
        expire_removed_rows(session, later)
    assert rows_of(app, RemovedRow.id) == []
    with pytest.raises(NotFoundError), unit_of_work(app.extensions["engine"]) as session:
        actions_removal.put_back(session, TAEHO, removed, at=later)


def test_ready_answers_are_changed_in_place_and_put_back(visit: Visit) -> None:
    desk = visit(SOYEON)
    told = {"label": "확인", "text": "보러 갈게요", "status": "acknowledged", "category": "water"}
    desk.post(ANSWERS, **told)
    path = first(rf'action="(/console/answers/{KEY[1:-1]})"', desk.get(ANSWERS))
    desk.post(path, **told | {"text": "곧 보러 갈게요", "category": ""})
    assert "곧 보러 갈게요" in desk.get(ANSWERS)
    odd = desk.post(path, 422, **told | {"label": " ", "text": "지우지 마세요"}).text
    assert "1자에서 80자" in odd
    assert "지우지 마세요" in odd
    desk.post(path, 422, **told | {"status": "nowhere"})
    desk.post(path + "/delete")
    assert "곧 보러 갈게요" not in desk.get(ANSWERS)
    gone = desk.post(path, 404, **told | {"text": "적던 말"}).text
    assert "적던 말" in gone
    assert "없어졌어요" in gone
    undo(desk, ANSWERS)
    assert "곧 보러 갈게요" in desk.get(ANSWERS)
    desk.post(path + "/delete")
    desk.post(ANSWERS, **told | {"category": ""})
    assert "같은 이름이 생겼어요" in undo(desk, ANSWERS, 409)


def test_who_leaves_takes_it_along(app: Flask, visit: Visit, clerk: Pages) -> None:
    delete(clerk, "rule")
    (hook,) = (one for one in app.extensions["registry"].privacy if one.name == "removals")
    assert TAEHO.id is not None
    with unit_of_work(app.extensions["engine"]) as session:
        assert [one["kind"] for one in hook.export(session, TAEHO.id)["removed"]] == [
            "routing_rule"
        ]
        hook.erase(session, TAEHO.id, clock.now())
    assert rows_of(app, RemovedRow.id) == []
