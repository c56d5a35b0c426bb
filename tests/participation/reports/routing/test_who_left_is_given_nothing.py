"""A row names people on the team alone; who left it is given nothing new, and the table says so."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from flask import Flask

from participation.accounts.actions import bound_staff, set_role
from participation.reports.actions import NewReport, assign_report, open_report
from participation.reports.models import Report
from participation.reports.queries_staff import hands_of
from participation.reports.routing import queries
from participation.reports.routing.actions import RuleInput, add_rule, add_team, change_rule
from participation.reports.rules import Category
from services.auth import Actor, Role
from services.db import Session, unit_of_work
from services.errors import InvalidError
from tests.conftest import AT
from tests.pages import Pages
from tests.people import HANA, MINJI, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]
WRONG = {
    "ko": "그 사람은 팀에 없어요. 목록에서 골라 주세요.",
    "en": "That person is not on the team. Choose someone from the list.",
}


def team(session: Session) -> UUID:
    return add_team(session, HANA, "도로과", "가로등반", at=AT)


def opened(session: Session) -> Report:
    new = NewReport(
        category=Category.LITTER,
        text="봉투가 쌓였어요",
        lat=34.25,
        lon=127.95,
        idempotency_key=uuid4().hex,
    )
    return session.get_one(Report, open_report(session, MINJI, new, at=AT))


def leave(session: Session, who: Actor = TAEHO, role: Role = Role.OFFICER) -> None:
    assert who.id is not None
    set_role(session, HANA, who.id, role, give=False, at=AT)


@pytest.mark.parametrize("person", [MINJI.id, HANA.id, uuid4()])
def test_a_row_names_nobody_who_is_not_on_the_team(session: Session, person: UUID) -> None:
    mine = team(session)
    kept = add_rule(session, HANA, RuleInput(team_id=mine, person_id=SOYEON.id), at=AT)
    wrong = RuleInput(team_id=mine, person_id=person)
    with pytest.raises(InvalidError) as added:
        add_rule(session, HANA, wrong, at=AT)
    with pytest.raises(InvalidError) as changed:
        change_rule(session, HANA, kept, wrong, at=AT)
    assert set(added.value.fields) == set(changed.value.fields) == {"person_id"}


@pytest.mark.parametrize("lang", WRONG)
def test_the_form_says_so_at_the_field_and_keeps_the_rest(
    app: Flask, visit: Visit, lang: str
) -> None:
    with unit_of_work(app.extensions["engine"]) as writing:
        mine = team(writing)
    pages = visit(TAEHO)
    pages.client.set_cookie("lang", lang)
    pages.get("/console/routing/rule")
    for person in (MINJI.id, uuid4()):
        form = {"team_id": str(mine), "person_id": str(person), "promise_days": "9"}
        page = pages.post("/console/routing/rule", 422, **form).text
        assert WRONG[lang] in page
        assert 'aria-describedby="person_id-wrong"' in page
        assert 'value="9"' in page
    with Session(app.extensions["engine"]) as session:
        assert queries.rules_of(session) == []


def test_who_left_is_given_nothing_new(session: Session) -> None:
    mine = team(session)
    add_rule(session, HANA, RuleInput(team_id=mine, person_id=TAEHO.id), at=AT)
    assert opened(session).assignee_id == TAEHO.id
    leave(session)
    report = opened(session)
    assert (report.team_id, report.assignee_id) == (mine, None)
    assert hands_of(session, report) == [SOYEON.id]
    rows, routed = queries.tried(session, Category.LITTER, 34.25, 127.95, AT)
    assert (routed.rule_id, routed.person_id) == (rows[0].rule.id, None)


def test_what_is_late_is_not_told_to_who_left_alone(session: Session) -> None:
    report = opened(session)
    assign_report(session, HANA, report, TAEHO.id, at=AT)
    leave(session)
    assert hands_of(session, report) == [SOYEON.id]
    leave(session, SOYEON, Role.MODERATOR)
    assert hands_of(session, report) == [HANA.id]


def test_what_is_late_is_not_told_to_who_may_not_open_it(session: Session) -> None:
    report = opened(session)
    assign_report(session, HANA, report, TAEHO.id, at=AT)
    assert TAEHO.id is not None
    bound_staff(session, HANA, TAEHO.id, [("area", uuid4())], at=AT)
    assert hands_of(session, report) == [SOYEON.id]


def test_the_table_shows_who_left(app: Flask, visit: Visit) -> None:
    with unit_of_work(app.extensions["engine"]) as writing:
        mine = team(writing)
        add_rule(writing, HANA, RuleInput(team_id=mine, person_id=SOYEON.id), at=AT)
        add_rule(writing, HANA, RuleInput(team_id=mine, person_id=TAEHO.id), at=AT)
    pages, gone = visit(HANA), "님은 이제 팀에 없어요. 새 신고는 팀 전체로 가요."
    assert gone not in pages.get("/console/routing/")
    with unit_of_work(app.extensions["engine"]) as writing:
        leave(writing)
    assert pages.get("/console/routing/").count(gone) == 1
