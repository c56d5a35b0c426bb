"""Between a request's first byte and its writing an account may be erased and a role be lost."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.accounts import actions as accounts
from participation.reports import views_same
from participation.reports.models import ExactPlace, Report, ReportEntry
from services import clock
from services.auth import Actor, Role
from services.db import Session, unit_of_work
from tests.flows.test_report_to_answer import FORM, report
from tests.pages import Pages
from tests.people import HANA, MINJI, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]
Meanwhile = Callable[[Callable[[], object]], None]


@pytest.fixture
def while_photos_come_in(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Let something happen while the photos of the next report are worked on."""

    def plan(act: Callable[[], object]) -> None:
        before = views_same.photos_sent

        def slow(*given: object) -> object:
            act()
            return before(*given)

        monkeypatch.setattr(views_same, "photos_sent", slow)

    return plan


def test_what_comes_in_after_its_account_was_erased_is_not_taken(
    app: Flask, visit: Visit, while_photos_come_in: Meanwhile
) -> None:
    """A noise is told from home: neither the report nor the spot stays of who has left."""
    other, pages = visit(MINJI), visit(MINJI)
    pages.get("/reports/new")
    while_photos_come_in(lambda: other.post("/me/erase"))
    answer = pages.post("/reports/", **FORM | {"category": "noise"})
    assert "/sign-in" in answer.location
    with Session(app.extensions["engine"]) as session:
        for rows in (Report, ReportEntry, ExactPlace):
            assert session.scalars(sa.select(rows)).all() == []


def test_what_comes_in_after_one_signed_out_there_is_not_taken(
    app: Flask, visit: Visit, while_photos_come_in: Meanwhile
) -> None:
    other, pages = visit(MINJI), visit(MINJI)
    pages.get("/reports/new")
    while_photos_come_in(lambda: other.post("/me/sessions/others/revoke"))
    assert "/sign-in" in pages.post("/reports/", **FORM).location
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(Report)).all() == []


def test_a_role_that_was_taken_meanwhile_does_nothing_any_more(
    app: Flask, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = report(visit)
    desk = visit(SOYEON)
    desk.get(f"/console/reports/{made}")
    identify = app.extensions["registry"].identify
    asked: list[object] = []

    def then_lose_it(session: Session, *given: object) -> Actor | None:
        found: Actor | None = identify(session, *given)
        if found is not None and found.id == SOYEON.id and not asked:
            asked.append(found)
            with unit_of_work(app.extensions["engine"]) as taking:
                accounts.set_role(
                    taking, HANA, found.id, Role.MODERATOR, give=False, at=clock.now()
                )
        return found

    monkeypatch.setattr(app.extensions["registry"], "identify", then_lose_it)
    desk.post(f"/console/reports/{made}/answer", expect=403, status="fixed", text="끝")
    with Session(app.extensions["engine"]) as session:
        assert {row.status for row in session.scalars(sa.select(Report))} == {"open"}
    assert visit(TAEHO).post(f"/console/reports/{made}/assign", person_id="").status_code == 303
