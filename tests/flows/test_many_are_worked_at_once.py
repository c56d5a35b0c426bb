"""Many at once: what can be done is done, what cannot is named, and too many are refused."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports import actions_bulk
from participation.reports.answers.actions import add_answer
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import REASONS, Status
from services import clock, i18n
from services.audit import AuditEntry
from services.auth import Actor
from services.db import reading_session, unit_of_work
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import JUN, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]


@pytest.fixture
def made(visit: Visit, app: Flask) -> list[str]:
    """Three new reports, the last one closed meanwhile."""
    ids = [report(visit, idempotency_key=f"tap-many-{n}", text=f"등 {n}번") for n in range(3)]
    with unit_of_work(app.extensions["engine"]) as session:
        closed = sa.update(Report).where(Report.title == "등 2번")
        session.execute(closed.values(status=Status.CLOSED.value))
    return ids


@pytest.fixture
def desk(visit: Visit) -> Pages:
    return visit(SOYEON)


def states(app: Flask) -> dict[str, str]:
    with reading_session(app.extensions["engine"]) as session:
        rows = session.execute(sa.select(Report.title, Report.status))
        return {row.title: row.status for row in rows}


def send(desk: Pages, status: int = 303, /, **form: object) -> str:
    desk.get("/console/")
    sent = desk.client.post("/console/bulk?view=new", data={"csrf_token": desk.token} | form)
    assert sent.status_code == status
    return desk.get("/console/?view=new") if status == 303 else desk._checked(sent)


def test_what_cannot_be_done_is_named_and_the_rest_is_done(
    desk: Pages, made: list[str], app: Flask
) -> None:
    page = send(desk, ids=made, action="acknowledge")
    seen = Status.ACKNOWLEDGED.value
    assert states(app) == {"등 0번": seen, "등 1번": seen, "등 2번": "closed"}
    told = page.split('id="left"')[1].split("</ul>")[0]
    assert "처리: 2건. 못 한 것: 1건." in told
    assert "등 2번" in told
    assert made[2][:8] in told
    assert f'href="/console/reports/{made[2]}?view=new"' in told
    assert "지금 상태에서는 그리로 갈 수 없어요" in told
    assert "등 1번" not in told
    assert 'action="/console/undo?view=new"' in page
    assert 'id="left"' not in desk.get("/console/?view=new")


def test_what_was_left_has_no_step_and_the_act_is_on_record(
    desk: Pages, made: list[str], app: Flask
) -> None:
    send(desk, ids=made, action="acknowledge")
    with reading_session(app.extensions["engine"]) as session:
        of = sa.select(sa.func.count()).where(ReportEntry.kind == "answer")
        assert session.scalar(of) == 2
        kept = sa.select(AuditEntry.detail).where(AuditEntry.verb == "acknowledge_many")
        assert session.scalars(kept).all() == ['{"done":"2","left":"1"}']


def test_a_ready_reason_is_sent_as_it_is_without_script(
    desk: Pages, made: list[str], visit: Visit
) -> None:
    send(desk, ids=made[:1], action="reject", ready="private")
    assert i18n.translate("ko", REASONS["private"][1]) in desk.get(f"/reports/{made[0]}")


def test_the_teams_own_reasons_are_offered_beside_everybodys(desk: Pages, app: Flask) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        fits = (Status.REJECTED, None)
        key = add_answer(session, SOYEON, "도로공사", "도로공사의 길이에요", fits, at=clock.now())
    desk.client.set_cookie("lang", "en")
    report(lambda _who: desk)
    page = desk.get("/console/")
    offered = page.split('id="bulk-ready"')[1].split("</select>")[0]
    assert f'value="{key}" data-text="도로공사의 길이에요"' in offered
    for label, text in REASONS.values():
        assert label.replace("'", "&#39;") in offered
        assert text.replace("'", "&#39;") in offered


def test_many_are_given_to_a_colleague_or_to_nobody(
    desk: Pages, made: list[str], app: Flask
) -> None:
    for whom, kept in ((str(TAEHO.id), TAEHO.id), ("", None)):
        send(desk, ids=made, action="assign", person_id=whom)
        with reading_session(app.extensions["engine"]) as session:
            assert set(session.scalars(sa.select(Report.assignee_id))) == {kept}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"action": "reject", "reason": " "}, "이유가 빠졌어요"),
        ({"action": "assign", "person_id": str(JUN.id)}, "그 사람은 팀에 없어요"),
        ({"action": "explode"}, "여기서는 할 수 없어요"),
        ({"action": "reject", "reason": "가" * 4001}, "4,000자까지"),
    ],
)
def test_what_is_refused_keeps_what_was_ticked_and_typed(
    desk: Pages, made: list[str], app: Flask, form: dict[str, str], said: str
) -> None:
    before = states(app)
    page = send(desk, 422, ids=made[:2], **form)
    assert said in page
    ticked = set(re.findall(r'name="ids" value="([^"]+)" form="bulk" checked', page))
    assert ticked == set(made[:2])
    assert form.get("reason", "").strip() in page
    assert states(app) == before


def test_more_than_a_hundred_are_refused_and_none_is_done(
    desk: Pages, made: list[str], app: Flask
) -> None:
    before = states(app)
    many = made + [str(uuid4()) for _ in range(actions_bulk.MOST - 2)]
    page = send(desk, 422, ids=many, action="acknowledge")
    assert "한꺼번에 하기에는 너무 많아요" in page
    assert "100건까지" in page
    assert states(app) == before


def test_nothing_chosen_is_said(desk: Pages, made: list[str]) -> None:
    assert made
    assert "고른 것이 없어요" in send(desk, 422, action="acknowledge")


def test_one_that_is_ticked_twice_is_done_once(desk: Pages, made: list[str], app: Flask) -> None:
    page = send(desk, ids=[made[0], made[0]], action="acknowledge")
    assert states(app)["등 0번"] == "acknowledged"
    assert 'id="left"' not in page


@pytest.mark.parametrize(("waited", "offered"), [(2, False), (1, True)])
def test_what_can_be_taken_back_by_none_is_not_offered(
    desk: Pages, made: list[str], app: Flask, waited: int, offered: bool
) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        for n in range(waited):
            first = sa.update(Report).where(Report.title == f"등 {n}번")
            session.execute(first.values(status=Status.HELD.value))
    page = send(desk, ids=made[:2], action="reject", reason="우리 시의 일이 아니에요")
    assert ('action="/console/undo' in page) is offered
