"""What a reporter answered, how grave it is and what can be answered stand in the case."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.answers import actions as answers_actions
from participation.reports.models import Report
from participation.reports.rules import GRAVEST, QUESTIONS, Category, Status
from services import clock, i18n
from services.auth import Actor
from services.db import unit_of_work
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import JUN, MINJI, SOYEON

Visit = Callable[[Actor | None], Pages]
READY = {Status.IN_PROGRESS: "부품을 기다려요", Status.FIXED: "새 전구로 바꿨어요"}


@pytest.fixture
def ready(app: Flask) -> dict[Status, str]:
    """Ids of one ready answer for each of two states."""
    with unit_of_work(app.extensions["engine"]) as session:
        return {
            status: str(
                answers_actions.add_answer(
                    session, SOYEON, text, text, (status, None), at=clock.now()
                )
            )
            for status, text in READY.items()
        }


def test_the_answer_to_the_question_is_for_the_city_and_for_who_gave_it(visit: Visit) -> None:
    made = report(visit, answer="12-3 기둥")
    asked = i18n.translate("ko", QUESTIONS[Category.STREET_LIGHT])
    for page in (
        visit(MINJI).get(f"/reports/{made}"),
        visit(SOYEON).get(f"/console/reports/{made}"),
    ):
        assert asked in page
        assert "12-3 기둥" in page
    for who in (None, JUN):
        page = visit(who).get(f"/reports/{made}")
        assert asked not in page
        assert "12-3" not in page


def test_where_nothing_was_answered_nothing_is_asked(visit: Visit) -> None:
    made = report(visit)
    assert i18n.translate("ko", QUESTIONS[Category.STREET_LIGHT]) not in visit(None).get(
        f"/reports/{made}"
    )


@pytest.mark.parametrize("severity", range(1, GRAVEST + 1))
def test_how_grave_it_is_is_said_of_the_gravest_there_is(
    visit: Visit, app: Flask, severity: int
) -> None:
    report(visit)
    with unit_of_work(app.extensions["engine"]) as session:
        session.execute(sa.update(Report).values(severity=severity))
    page = visit(SOYEON).get("/console/")
    assert f'aria-label="심각도 {GRAVEST}단계 중 {severity}"' in page
    assert (page.count("<i data-on></i>"), page.count("<i></i>")) == (severity, GRAVEST - severity)


def test_ready_answers_stand_under_the_states_they_are_for(
    visit: Visit, ready: dict[Status, str]
) -> None:
    page = visit(SOYEON).get(f"/console/reports/{report(visit)}")
    for status, text in READY.items():
        group = page.split(f'data-state="{status}"')[1].split("</optgroup>")[0]
        assert f'value="{ready[status]}"' in group
        assert group.count("<option") == 1
        assert text in group


def test_one_for_a_state_it_cannot_take_is_not_offered(
    visit: Visit, ready: dict[Status, str]
) -> None:
    made = report(visit)
    visit(SOYEON).post(f"/console/reports/{made}/answer", status="fixed", text="끝")
    page = visit(SOYEON).get(f"/console/reports/{made}")
    assert ready[Status.FIXED] in page
    assert ready[Status.IN_PROGRESS] not in page


def test_without_script_a_ready_answer_is_sent_as_it_is(
    visit: Visit, ready: dict[Status, str]
) -> None:
    made, pages = report(visit), visit(SOYEON)
    path = f"/console/reports/{made}/answer"
    refused = pages.post(path, 422, status="fixed", text="", ready=ready[Status.IN_PROGRESS])
    assert "그 준비된 답변은 다른 상태에 맞는 글이에요" in refused.text
    pages.post(path, status="fixed", text="", ready=ready[Status.FIXED])
    assert READY[Status.FIXED] in visit(None).get(f"/reports/{made}")
    pages.post(path, status="fixed", text="내일도 봐요", ready=ready[Status.FIXED])
    assert "내일도 봐요" in visit(None).get(f"/reports/{made}")
