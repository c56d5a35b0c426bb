"""Of many at once, those that changed since the page was drawn are left, named and not touched."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.access import hold
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import Status
from services.auth import Actor
from services.db import reading_session, unit_of_work
from services.ids import parse_id
from tests.flows.test_a_stale_answer_is_held_back import noted
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]
CHANGED = "그사이 이 신고가 바뀌었어요"


@pytest.fixture
def made(visit: Visit) -> list[str]:
    return [report(visit, idempotency_key=f"tap-stood-{n}", text=f"등 {n}번") for n in range(3)]


def rows_in(page: str) -> dict[str, str]:
    """Return what each row of the queue tells of how it stood, by id."""
    found = re.findall(r'name="rows" value="([^"=]+=[^"]+)" form="bulk"', page)
    return {row.partition("=")[0]: row for row in found}


def states(app: Flask) -> dict[str, str]:
    with reading_session(app.extensions["engine"]) as session:
        return {str(row.id): row.status for row in session.scalars(sa.select(Report))}


def test_what_changed_is_named_with_a_link_and_the_others_go_through(
    visit: Visit, app: Flask, made: list[str]
) -> None:
    desk = visit(SOYEON)
    rows = rows_in(desk.get("/console/?view=new"))
    assert set(rows) == set(made)
    noted(app, made[1], "전화했어요")
    desk.post("/console/bulk?view=new", ids=made, rows=list(rows.values()), action="acknowledge")
    found = states(app)
    assert [found[one] for one in made] == ["acknowledged", "open", "acknowledged"]
    page = desk.get("/console/?view=new")
    told = page.split('id="left"')[1].split("</ul>")[0]
    assert "처리: 2건. 못 한 것: 1건." in told
    assert f'href="/console/reports/{made[1]}?view=new">등 1번</a>' in told
    assert CHANGED in told
    # Once it was seen as it stands it goes through.
    again = rows_in(page)[made[1]]
    assert again != rows[made[1]]
    desk.post("/console/bulk", ids=made[1], rows=again, action="acknowledge")
    assert states(app)[made[1]] == "acknowledged"


@pytest.mark.parametrize("act", ["assign_me", "assign", "reject"])
def test_every_act_on_many_is_held_back_alike(
    visit: Visit, app: Flask, made: list[str], act: str
) -> None:
    desk = visit(SOYEON)
    rows = rows_in(desk.get("/console/"))
    noted(app, made[0], "전화했어요")
    form = {"person_id": str(TAEHO.id), "reason": "우리 시의 일이 아니에요", "action": act}
    desk.post("/console/bulk", ids=made[:2], rows=list(rows.values()), **form)
    with reading_session(app.extensions["engine"]) as session:
        stood, moved = (session.get_one(Report, parse_id(one)) for one in made[:2])
        assert (stood.status, stood.assignee_id) == (Status.OPEN.value, None)
        assert (moved.status, moved.assignee_id) != (Status.OPEN.value, None)


def test_a_page_drawn_again_does_not_take_what_changed_for_seen(
    visit: Visit, app: Flask, made: list[str]
) -> None:
    desk = visit(SOYEON)
    rows = rows_in(desk.get("/console/"))
    noted(app, made[0], "전화했어요")
    noted(app, made[2], "전화했어요")
    sent = {"ids": made[:2], "rows": list(rows.values()), "action": "reject"}
    page = desk.post("/console/bulk", 422, **sent, reason=" ").text
    again = rows_in(page)
    assert again[made[0]] == rows[made[0]]
    # What was not ticked stands as it is now.
    assert again[made[2]] != rows[made[2]]
    desk.post("/console/bulk", **sent | {"rows": list(again.values())}, reason="까닭")
    assert states(app)[made[0]] == "open"
    assert states(app)[made[1]] == "rejected"


@pytest.mark.parametrize("rows", [[], ["x", "=", "no-id=3-4"]])
def test_who_does_not_say_what_they_saw_is_not_held_back(
    visit: Visit, app: Flask, made: list[str], rows: list[str]
) -> None:
    desk = visit(SOYEON)
    desk.get("/console/")
    noted(app, made[0], "전화했어요")
    desk.post("/console/bulk", ids=made, rows=rows, action="acknowledge")
    assert set(states(app).values()) == {"acknowledged"}


def test_of_two_at_once_one_does_it_and_the_other_is_told(
    visit: Visit, app: Flask, made: list[str]
) -> None:
    desks = [visit(SOYEON), visit(TAEHO)]
    rows = [list(rows_in(desk.get("/console/")).values()) for desk in desks]
    forms = [
        {"csrf_token": desk.token, "ids": made, "rows": stood, "action": "assign_me"}
        for desk, stood in zip(desks, rows, strict=True)
    ]
    with ThreadPoolExecutor(2) as both:
        # Neither is first before both have come as far as the reports, and wait for them.
        with unit_of_work(app.extensions["engine"]) as session:
            hold(session, *session.scalars(sa.select(Report)))
            sent = [
                both.submit(desk.client.post, "/console/bulk", data=form)
                for desk, form in zip(desks, forms, strict=True)
            ]
            time.sleep(0.5)
        assert [one.result().status_code for one in sent] == [303, 303]
    told = [desk.get("/console/") for desk in desks]
    assert sorted('id="left"' in page for page in told) == [False, True]
    late = next(page for page in told if 'id="left"' in page)
    assert late.split('id="left"')[1].count(CHANGED) == len(made)
    won = (SOYEON, TAEHO)['id="left"' in told[0]]
    with reading_session(app.extensions["engine"]) as session:
        assert set(session.scalars(sa.select(Report.assignee_id))) == {won.id}
        steps = sa.select(sa.func.count()).where(ReportEntry.kind == "assigned")
        assert session.scalar(steps) == len(made)
