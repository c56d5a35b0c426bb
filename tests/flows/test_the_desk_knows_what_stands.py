"""A case's forms begin with what is so: who has it, and the reasons often given."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.answers.actions import add_answer
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import REASONS, Category, Status
from services import clock, i18n
from services.auth import Actor
from services.db import reading_session, unit_of_work
from tests.flows.test_a_refused_act_keeps_what_was_typed import refused
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import JUN, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]


@pytest.fixture
def case(visit: Visit) -> str:
    return f"/console/reports/{report(visit)}"


def options(page: str, select: str) -> list[str]:
    inside = page.split(f'id="{select}"')[1].split("</select>")[0]
    return re.findall(r"<option[^>]*>[^<]*", inside)


def chosen(page: str, select: str) -> list[str]:
    return [one.split(">")[1] for one in options(page, select) if " selected" in one]


def test_whose_it_is_is_chosen_and_nobody_stands_first(visit: Visit, case: str) -> None:
    pages = visit(SOYEON)
    first = options(pages.get(case), "assign-person")[0]
    assert first == '<option value="">담당자 없음'
    assert chosen(pages.get(case), "assign-person") == []
    pages.post(f"{case}/assign", person_id=str(TAEHO.id))
    assert chosen(pages.get(case), "assign-person") == ["정태호"]
    pages.post(f"{case}/assign", person_id="")
    assert chosen(pages.get(case), "assign-person") == []


def test_who_is_refused_does_not_take_the_place_of_who_has_it(
    visit: Visit, case: str, app: Flask
) -> None:
    pages = visit(SOYEON)
    pages.post(f"{case}/assign", person_id=str(TAEHO.id))
    for stranger in (str(JUN.id), "nobody-at-all"):
        assert "그 사람은 팀에 없어요" in refused(pages, f"{case}/assign", person_id=stranger)
    with reading_session(app.extensions["engine"]) as session:
        assert session.scalar(sa.select(Report.assignee_id)) == TAEHO.id


def test_given_to_the_same_again_leaves_no_second_step(visit: Visit, case: str, app: Flask) -> None:
    for _ in range(2):
        visit(SOYEON).post(f"{case}/assign", person_id=str(TAEHO.id))
    with reading_session(app.extensions["engine"]) as session:
        steps = sa.select(sa.func.count()).where(ReportEntry.kind == "assigned")
        assert session.scalar(steps) == 1


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_ready_reasons_are_offered_in_the_readers_language(
    visit: Visit, case: str, app: Flask, lang: str
) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        for label, kind in (("등의 주인", Category.STREET_LIGHT), ("나무의 주인", Category.GREEN)):
            add_answer(session, SOYEON, label, label, (Status.REJECTED, kind), at=clock.now())
    pages = visit(SOYEON)
    pages.client.set_cookie("lang", lang)
    offered = " ".join(options(pages.get(case), "reject-ready"))
    for label, _ in REASONS.values():
        assert i18n.translate(lang, label).replace("'", "&#39;") in offered
    assert "등의 주인" in offered
    assert "나무의 주인" not in offered


def test_a_ready_reason_goes_out_as_it_is_and_what_is_typed_goes_before_it(
    visit: Visit, case: str
) -> None:
    pages = visit(SOYEON)
    pages.post(f"{case}/reject", reason="", ready="not_ours")
    page = pages.get(case)
    assert i18n.translate("ko", REASONS["not_ours"][1]) in page.split('class="thread"')[1]
    pages.post(f"{case}/reject", reason="도로공사의 등이에요", ready="private")
    thread = pages.get(case).split('class="thread"')[1]
    assert "도로공사의 등이에요" in thread
    assert i18n.translate("ko", REASONS["private"][1]) not in thread


def test_a_reason_that_is_none_is_no_reason(visit: Visit, case: str, app: Flask) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        fits = (Status.FIXED, None)
        key = add_answer(session, SOYEON, "고침", "다 고쳤어요", fits, at=clock.now())
    for ready in ("x", str(key)):
        page = refused(visit(SOYEON), f"{case}/reject", reason="", ready=ready)
        assert "이유가 빠졌어요" in page
