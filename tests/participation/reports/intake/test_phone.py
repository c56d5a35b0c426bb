"""An agent files for a caller; the caller may follow it, and nobody learns who called."""

import email
import email.policy
import re
from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from participation.accounts import queries
from participation.accounts.models import Person
from participation.reports.actions import reject_report
from participation.reports.intake import actions_phone
from participation.reports.intake.models import CallerLink
from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.opening import Told
from participation.reports.rules import Category, Status
from services import audit
from services.auth import Actor
from services.db import Session, unit_of_work
from services.errors import NotFoundError
from services.letters import LetterOut, send_due
from tests.conftest import AT
from tests.pages import Pages
from tests.people import JUN, MINJI, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]
CALL = {"category": "water", "text": "하수구가 넘쳐요", "place": "우물가", "spot": "34.21,127.91"}
HANGUL, ASCII = "kim@회사.한국", "kim@xn--vf4b131b.xn--3e0b707e"
TOLD = Told(category=Category.WATER, text="하수구가 넘쳐요", lat=34.21, lon=127.91)


def test_an_agent_files_a_report_of_nobody(session: Session, visit: Visit) -> None:
    pages = visit(TAEHO)
    pages.get("/console/phone")
    pages.post("/console/phone", **CALL, idempotency_key="call-00000001")
    report = session.scalars(select(Report)).one()
    assert (report.source, report.reporter_id, report.status) == ("phone", None, Status.OPEN)
    entry = session.scalars(select(ReportEntry)).one()
    assert entry.actor_id is None
    acts = [row for row in audit.latest(session) if row.verb == "file_for_caller"]
    assert [row.actor_id for row in acts] == [TAEHO.id]
    page = visit(None).get(f"/reports/{report.id}")
    assert "정태호" not in page


def test_the_same_call_is_filed_once(session: Session, visit: Visit) -> None:
    first = actions_phone.file_for_caller(session, TAEHO, TOLD, "call-1", at=AT)
    again = actions_phone.file_for_caller(session, TAEHO, TOLD, "call-1", at=AT)
    assert again.id == first.id
    assert len(session.scalars(select(Report)).all()) == 1


def test_the_agent_is_asked_whether_it_is_one_of_those_near(session: Session, visit: Visit) -> None:
    pages = visit(SOYEON)
    pages.post("/console/phone", **CALL, idempotency_key="call-00000001")
    first = session.scalars(select(Report)).one()
    asked = pages.post("/console/phone", 200, **CALL, idempotency_key="call-00000002")
    assert f'name="join" value="{first.id}"' in asked.text
    assert "하수구가 넘쳐요" in asked.text
    pages.post("/console/phone", **CALL, idempotency_key="call-00000002", join=str(first.id))
    assert len(session.scalars(select(Report)).all()) == 1
    pages.post("/console/phone", **CALL, idempotency_key="call-00000002", join="new")
    session.rollback()
    assert len(session.scalars(select(Report)).all()) == 2


def test_what_is_missing_is_asked_for_and_nothing_is_lost(visit: Visit) -> None:
    pages = visit(TAEHO)
    told = {**CALL, "spot": "", "text": "", "email": "no address"}
    answer = pages.post("/console/phone", 422, **told)
    assert "우물가" in answer.text
    assert "no address" in answer.text
    assert answer.text.count("field-error") >= 3


def test_a_resident_cannot_file_for_others(visit: Visit) -> None:
    visit(MINJI).get("/console/phone", 403)
    visit(MINJI).post("/console/phone", 403, **CALL)


def link_in(app: Flask) -> str:
    settings = app.extensions["settings"]
    assert send_due(app.extensions["engine"], settings) == 1
    letter = next((settings.data_dir / "mail").glob("*.eml")).read_bytes()
    text = email.message_from_bytes(letter, policy=email.policy.default).get_content()
    found = re.search(r"(/reports/caller/\S+)", text)
    assert found is not None
    return found[1]


def test_the_caller_follows_it_by_the_link_and_only_once(
    app: Flask, session: Session, visit: Visit
) -> None:
    visit(TAEHO).post("/console/phone", **CALL, email="caller@example.org")
    report = session.scalars(select(Report)).one()
    path = link_in(app)
    session.rollback()
    assert session.scalars(select(LetterOut)).all() == []
    assert session.scalars(select(ReportFollow)).all() == []
    assert visit(None).client.get(path).status_code == 303
    pages = visit(JUN)
    assert "하수구가 넘쳐요" in pages.get(path)
    pages.post(path)
    session.rollback()
    assert [f.person_id for f in session.scalars(select(ReportFollow))] == [JUN.id]
    assert session.get_one(Report, report.id).followers == 1
    pages.post(path, 404)
    visit(MINJI).get(path, 404)


def invited(session: Session) -> str:
    """File what a caller told, write to them, and return the token of their link."""
    report = actions_phone.file_for_caller(session, TAEHO, TOLD, "call-1", at=AT)
    actions_phone.invite_caller(session, TAEHO, report, "a@example.org", "http://here", at=AT)
    letter = session.scalars(select(LetterOut)).one()
    return letter.text.split("/reports/caller/")[1].split()[0]


def test_a_link_ends_after_two_weeks(session: Session) -> None:
    token = invited(session)
    with pytest.raises(NotFoundError):
        actions_phone.follow_by_link(session, JUN, token, at=AT + timedelta(days=14))
    actions_phone.follow_by_link(session, JUN, token, at=AT + timedelta(days=13))
    assert session.scalars(select(CallerLink.person_id)).all() == [JUN.id]


def test_who_has_an_account_finds_the_letter_among_theirs_however_it_was_written(
    session: Session,
) -> None:
    person = Person(display_name="김", email=ASCII, language="ko", created_at=AT)
    session.add(person)
    report = actions_phone.file_for_caller(session, TAEHO, TOLD, "call-1", at=AT)
    actions_phone.invite_caller(session, TAEHO, report, HANGUL, "http://here", at=AT)
    assert len(queries.export_of(session, person.id)["letters"]) == 1


def test_a_letter_the_server_did_not_take_is_tried_again(app: Flask, session: Session) -> None:
    report = actions_phone.file_for_caller(session, TAEHO, TOLD, "call-1", at=AT)
    actions_phone.invite_caller(session, TAEHO, report, "a@example.org", "http://here", at=AT)
    session.commit()
    engine, settings = app.extensions["engine"], app.extensions["settings"]
    away = msgspec.structs.replace(settings, smtp_url="smtp://127.0.0.1:1")
    assert send_due(engine, away, lambda: AT) == 0
    assert send_due(engine, settings, lambda: AT + timedelta(minutes=1)) == 0
    assert send_due(engine, settings, lambda: AT + timedelta(minutes=3)) == 1
    assert send_due(engine, settings, lambda: AT + timedelta(days=3)) == 0


def test_of_two_who_use_one_link_at_once_one_follows(engine: sa.Engine, session: Session) -> None:
    token = invited(session)
    session.commit()
    ends: list[str] = []

    def use(who: Actor) -> None:
        try:
            with unit_of_work(engine) as other:
                actions_phone.follow_by_link(other, who, token, at=AT)
            ends.append("follows")
        except NotFoundError:
            ends.append("too late")

    with unit_of_work(engine) as first:
        actions_phone.follow_by_link(first, JUN, token, at=AT)
        second = Thread(target=use, args=[MINJI])
        second.start()
        second.join(0.5)
        assert ends == []
    second.join(20)
    assert ends == ["too late"]
    assert session.scalars(select(ReportFollow.person_id)).all() == [JUN.id]


def test_a_link_leads_to_nothing_that_was_hidden_since(session: Session) -> None:
    token = invited(session)
    report = session.scalars(select(Report)).one()
    reject_report(session, SOYEON, report, "It names somebody", at=AT)
    with pytest.raises(NotFoundError):
        actions_phone.follow_by_link(session, JUN, token, at=AT)
    assert session.scalars(select(ReportFollow.person_id)).all() == []
