"""A moderator takes a resident's words on a settling off for good; the report stays."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report, ReportEntry
from participation.reports.settling.actions_words import take_words_off
from services import clock, realtime
from services.audit.trail import AuditEntry
from services.db import Session, unit_of_work
from services.errors import RefusedError
from tests.flows.test_closed_is_not_fixed import answer, settled
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.participation.reports.history.publication import faults, published
from tests.participation.reports.settling import test_one_tap as taps
from tests.participation.reports.settling.test_one_tap import Visit, deliver, letters
from tests.people import JUN, MINJI, SOYEON, TAEHO

addresses = taps.addresses
HATE = "3층 김씨가 한 <짓>이에요"
TAKEN = "주민이 쓴 말을 내렸어요"
BUTTON = 'aria-label="이 말 내리기: 3층 김씨가 한 &lt;짓&gt;이에요"'
GONE = {"ko": "이제 내릴 말이 없어요", "en": "There are no words to take off any more"}


def said(visit: Visit, word: str = "no") -> str:
    """Return the id of a settled report of which Jun said more than is right."""
    report_id = settled(visit)
    pages = visit(JUN)
    pages.get(f"/reports/{report_id}")
    pages.post(f"/reports/{report_id}/judge", settled=word, text=HATE)
    return report_id


def step_of(app: Flask, text: str = HATE) -> str:
    with Session(app.extensions["engine"]) as session:
        return str(session.scalars(sa.select(ReportEntry.id).where(ReportEntry.text == text)).one())


def take_off(visit: Visit, report_id: str, step: str, expect: int = 303, **form: str) -> str:
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    path = f"/console/reports/{report_id}/words?view=new"
    return pages.post(path, expect, step=step, **form).text


def told(visit: Visit, report_id: str) -> dict[str, str]:
    """Return what everybody, and who follows the report, reads of it."""
    anyone = (
        f"/reports/{report_id}",
        f"/reports/{report_id}/history.json",
        "/reports/history/steps.json",
        "/reports/feed.atom",
        "/reports/feed.geojson",
        f"/open311/v2/requests/{report_id}.json?extensions=true",
        f"/open311/v2/requests/{report_id}.xml?extensions=true",
        "/open311/v2/servicerequestupdates.json",
        "/open311/v2/servicerequestupdates.xml",
    )
    found = {}
    for who, path in [*((None, path) for path in anyone), (MINJI, "/me/news")]:
        read = visit(who).client.get(path)
        assert read.status_code == 200, path
        found[path] = read.text
    return found


@pytest.mark.parametrize("word", ["yes", "no"])
def test_they_leave_whatever_is_read_and_the_history_holds(
    visit: Visit, app: Flask, word: str
) -> None:
    report_id = said(visit, word)
    before = told(visit, report_id)
    assert "3층 김씨" in before[f"/reports/{report_id}"]
    assert ("3층 김씨" in before["/open311/v2/servicerequestupdates.json"]) == (word == "no")
    take_off(visit, report_id, step_of(app))
    after = told(visit, report_id)
    assert [path for path, text in after.items() if "3층 김씨" in text] == []
    chip = {"yes": "해결됐다고 했어요", "no": "종료됐지만 이의 있음"}[word]
    assert chip in after[f"/reports/{report_id}"]
    steps = published(app.extensions["engine"])[0][0]["steps"]
    assert [step["text"] for step in steps[-1:]] == [None]
    assert faults(app.extensions["engine"]) == []


def test_the_case_says_so_and_offers_it_no_more(visit: Visit, app: Flask) -> None:
    report_id = said(visit)
    page = visit(SOYEON).get(f"/console/reports/{report_id}")
    assert BUTTON in page
    assert "내린 말은 영영 지워져요" in page
    before = clock.now()
    take_off(visit, report_id, step_of(app))
    page = visit(SOYEON).get(f"/console/reports/{report_id}")
    notes = page.split('data-act="note"')[1].split("</details>")[0]
    assert "최소연" in notes
    assert TAKEN in notes
    assert "3층 김씨" not in page
    assert "내린 말은 영영 지워져요" not in page
    assert TAKEN not in visit(None).get(f"/reports/{report_id}")
    with Session(app.extensions["engine"]) as session:
        assert session.get_one(Report, UUID(report_id)).changed_at >= before
        done = sa.select(AuditEntry).where(AuditEntry.verb == "take_words_off")
        (row,) = session.scalars(done)
        assert (row.actor_id, row.ref) == (SOYEON.id, report_id)


def test_a_letter_that_was_not_sent_yet_goes_without_them(visit: Visit, app: Flask) -> None:
    report_id = settled(visit)
    deliver(app)
    sent = len(letters(app))
    pages = visit(JUN)
    pages.post(f"/reports/{report_id}/judge", settled="no", text=HATE)
    take_off(visit, report_id, step_of(app))
    deliver(app)
    assert len(letters(app)) == sent + 1
    assert not any("3층 김씨" in text for text in letters(app))


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_second_time_is_refused_with_a_sentence(visit: Visit, app: Flask, lang: str) -> None:
    report_id = said(visit)
    step = step_of(app)
    take_off(visit, report_id, step)
    pages = visit(SOYEON)
    pages.client.set_cookie("lang", lang)
    pages.get(f"/console/reports/{report_id}")
    page = pages.post(f"/console/reports/{report_id}/words", 409, step=step).text
    assert GONE[lang] in page.split('role="alert"')[1].split("</div>")[0]
    assert re.search(r"<details open data-refused>\s*<summary>", page)


def test_what_changed_meanwhile_is_looked_at_first(visit: Visit, app: Flask) -> None:
    report_id = said(visit)
    pages = visit(SOYEON)
    page = pages.get(f"/console/reports/{report_id}")
    seen = page.split('name="seen" value="')[1].split('"')[0]
    answer(visit, report_id, "in_progress")
    take_off(visit, report_id, step_of(app), 409, seen=seen)
    assert "3층 김씨" in visit(None).get(f"/reports/{report_id}")


def test_no_other_step_is_touched(visit: Visit, app: Flask) -> None:
    """Nor one of another report, nor what the city said, nor a note, nor what is no step at all."""
    report_id = said(visit)
    other = report(visit, idempotency_key="tap-other-words")
    visit(SOYEON).post(f"/console/reports/{report_id}/note", text="전화했어요")
    take_off(visit, other, step_of(app), 409)
    for step in (step_of(app, "고쳤어요"), step_of(app, "전화했어요"), str(UUID(int=7)), "x", ""):
        take_off(visit, report_id, step, 409)
    assert "3층 김씨" in visit(None).get(f"/reports/{report_id}")
    with Session(app.extensions["engine"]) as session:
        kinds = session.scalars(sa.select(ReportEntry.kind)).all()
        assert "words_taken" not in kinds


def test_it_cannot_be_taken_back(visit: Visit, app: Flask) -> None:
    report_id = said(visit)
    at, step = clock.now(), UUID(step_of(app))
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.get_one(Report, UUID(report_id))
        take_words_off(session, SOYEON, row, step, at=at)
    visit(SOYEON).post("/console/undo", 409, at=at.isoformat())
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.get_one(Report, UUID(report_id))
        with pytest.raises(RefusedError, match="words_gone"):
            take_words_off(session, SOYEON, row, step, at=at + timedelta(seconds=1))


def test_open_pages_follow(
    visit: Visit, app: Flask, turn: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    report_id = said(visit)
    while turn():
        pass
    heard: list[str] = []
    monkeypatch.setattr(realtime, "nudge", lambda _session, room, _item: heard.append(room))
    take_off(visit, report_id, step_of(app))
    turn()
    assert {"console", f"report:{report_id}"} <= set(heard)


@pytest.mark.above_the_database
def test_moderators_alone_may(visit: Visit, app: Flask) -> None:
    report_id = said(visit)
    assert BUTTON not in visit(TAEHO).get(f"/console/reports/{report_id}")
    path, step = f"/console/reports/{report_id}/words", step_of(app)
    for who in (JUN, MINJI, TAEHO):
        asked: Pages = visit(who)
        asked.get("/reports/")
        asked.post(path, 403, step=step)
    stranger = visit(None)
    stranger.get("/sign-in")
    assert "/sign-in" in str(stranger.post(path, 303, step=step).location)
    assert "3층 김씨" in visit(None).get(f"/reports/{report_id}")
