"""Who answers a report that changed while they wrote is told what changed before it goes out."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports import actions
from participation.reports.access import hold, hold_seen
from participation.reports.actions_undo import withdraw_acts
from participation.reports.models import Report, ReportEntry
from participation.reports.queries_news import MOST, news_since, version_of
from participation.reports.rules import Status
from services import clock
from services.audit import AuditEntry
from services.auth import Actor
from services.db import reading_session, unit_of_work
from services.errors import RefusedError
from services.ids import parse_id
from tests.flows.test_a_refused_act_keeps_what_was_typed import refused
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]
NEWS = "그사이 이 신고가 바뀌었어요"


def seen_in(page: str) -> str:
    """Return the version a case's forms answer; each form has the same."""
    found = set(re.findall(r'name="seen" value="([^"]+)"', page))
    assert len(found) == 1
    return found.pop()


def noted(app: Flask, made: str, text: str) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.get_one(Report, parse_id(made))
        actions.note_report(session, TAEHO, row, text, at=clock.now())


def told(page: str) -> str:
    return page.split('id="case-news"')[1].split('<h2 id="case-title"')[0]


@pytest.mark.parametrize(("act", "field"), [("answer", "text"), ("reject", "reason")])
def test_it_is_refused_once_and_goes_through_when_it_is_sent_again(
    visit: Visit, app: Flask, act: str, field: str
) -> None:
    made, pages = report(visit), visit(SOYEON)
    case = f"/console/reports/{made}"
    seen = seen_in(pages.get(case))
    noted(app, made, "부품을 <주문>했어요")
    typed = {"status": "in_progress", field: "내일 가서 볼게요", "seen": seen}
    page = refused(pages, f"{case}/{act}", 409, **typed)
    assert NEWS in told(page)
    assert "부품을 &lt;주문&gt;했어요" in told(page)
    assert "내일 가서 볼게요</textarea>" in page
    assert seen_in(page) != seen
    assert "내일 가서 볼게요" not in visit(SOYEON).get(f"/reports/{made}")
    pages.post(f"{case}/{act}", **typed | {"seen": seen_in(page)})
    assert "내일 가서 볼게요" in visit(SOYEON).get(f"/reports/{made}")


def test_every_other_act_that_changes_a_case_is_held_back_too(visit: Visit, app: Flask) -> None:
    made, other = (report(visit, idempotency_key=f"tap-stale-{n}") for n in range(2))
    pages, case = visit(SOYEON), f"/console/reports/{made}"
    seen = seen_in(pages.get(case))
    noted(app, made, "전화했어요")
    acts = {
        "assign": {"person_id": str(TAEHO.id)},
        "merge": {"into": other},
        "parts": {"part": other},
        "apart": {},
    }
    for act, form in acts.items():
        page = refused(pages, f"{case}/{act}", 409, **form, seen=seen)
        assert NEWS in told(page)
        assert 'role="alert"' in page.split('id="case-title"')[1]
    for act in ("assign", "parts", "apart"):
        fresh = seen_in(pages.get(case))
        pages.post(f"{case}/{act}", **acts[act], seen=fresh)


def test_of_two_at_once_one_is_told_that_the_other_was_first(visit: Visit, app: Flask) -> None:
    made = report(visit)
    case = f"/console/reports/{made}"
    desks = [visit(SOYEON), visit(TAEHO)]
    seen = [seen_in(desk.get(case)) for desk in desks]
    forms = [
        {"csrf_token": desk.token, "seen": version, "status": status, "text": status}
        for desk, version, status in zip(desks, seen, ("fixed", "in_progress"), strict=True)
    ]
    with ThreadPoolExecutor(2) as both:
        # Neither is first before both have come as far as the report, and wait for it.
        with unit_of_work(app.extensions["engine"]) as session:
            hold(session, session.get_one(Report, parse_id(made)))
            sent = [
                both.submit(desk.client.post, f"{case}/answer", data=form)
                for desk, form in zip(desks, forms, strict=True)
            ]
            time.sleep(0.5)
        codes = [one.result().status_code for one in sent]
    assert sorted(codes) == [303, 409]
    won = forms[codes.index(303)]["status"]
    with reading_session(app.extensions["engine"]) as session:
        assert session.get_one(Report, parse_id(made)).status == won
        mine = sa.select(ReportEntry.status).where(ReportEntry.kind == "answer")
        assert session.scalars(mine).all() == [won]
        verbs = sa.select(AuditEntry.verb).where(AuditEntry.verb == "answer_report")
        assert len(session.scalars(verbs).all()) == 1


def test_what_did_not_change_is_answered_at_once(visit: Visit) -> None:
    made, pages = report(visit), visit(SOYEON)
    seen = seen_in(pages.get(f"/console/reports/{made}"))
    pages.post(f"/console/reports/{made}/answer", status="fixed", text="끝", seen=seen)


def test_an_open_case_reads_what_changed_and_nothing_where_nothing_did(
    visit: Visit, app: Flask
) -> None:
    made, pages = report(visit), visit(SOYEON)
    page = pages.get(f"/console/reports/{made}?view=new")
    assert NEWS not in page
    source = re.findall(r'id="case-news"[^>]*data-live-src="([^"]+)"', page)[0].replace(
        "&amp;", "&"
    )
    assert f"seen={seen_in(page)}" in source
    assert "view=new" in source
    assert NEWS not in pages.get(source)
    noted(app, made, "전화했어요")
    fresh = pages.get(source)
    assert NEWS in told(fresh)
    assert "전화했어요" in told(fresh)
    assert seen_in(fresh) != seen_in(page)


def test_a_step_that_was_taken_back_is_news_too(visit: Visit, app: Flask) -> None:
    made, pages, at = report(visit), visit(SOYEON), clock.now()
    engine = app.extensions["engine"]
    with unit_of_work(engine) as session:
        row = session.get_one(Report, parse_id(made))
        actions.answer_report(session, TAEHO, row, Status.FIXED, "끝", at=at)
    seen = seen_in(pages.get(f"/console/reports/{made}"))
    with unit_of_work(engine) as session:
        withdraw_acts(session, TAEHO, at, at=at + timedelta(seconds=3))
    page = pages.get(f"/console/reports/{made}?seen={seen}")
    assert "한 걸음을 되돌렸어요" in told(page)


def test_only_the_newest_steps_are_told(visit: Visit, app: Flask) -> None:
    made = report(visit)
    with reading_session(app.extensions["engine"]) as session:
        seen = version_of(session, session.get_one(Report, parse_id(made)))
    for n in range(MOST + 2):
        noted(app, made, f"{n}")
    with reading_session(app.extensions["engine"]) as session:
        news = news_since(session, session.get_one(Report, parse_id(made)), seen)
    assert news is not None
    assert [step.text for step in news] == [f"{n}" for n in range(2, MOST + 2)]


@pytest.mark.parametrize("seen", ["x", "-1-1", "9" * 90, "1-2-3"])
def test_what_is_no_version_is_old(visit: Visit, app: Flask, seen: str) -> None:
    made, pages = report(visit), visit(SOYEON)
    assert NEWS not in pages.get(f"/console/reports/{made}?seen={seen}")
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.get_one(Report, parse_id(made))
        with pytest.raises(RefusedError, match="report_changed"):
            hold_seen(session, row, seen)
