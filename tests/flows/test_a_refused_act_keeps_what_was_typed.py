"""What the city would not do is said beside what was typed, and nothing of that is lost."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from participation.reports import console
from participation.reports.models import Report
from participation.reports.rules import Status
from services.auth import Actor
from services.db import reading_session, unit_of_work
from services.errors import RefusedError
from services.ids import parse_id
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import MINJI, SOYEON

Visit = Callable[[Actor | None], Pages]
LONG = "가" * 4001
SENTENCES = {
    "answer": {"ko": "주민이 읽을 말을 쓰거나", "en": "Write what the resident reads"},
    "reject": {"ko": "이유를 짧게 써 주세요", "en": "Say why in a few words"},
    "note": {"ko": "팀이 읽을 말을", "en": "Write a few words for the team"},
    "assign": {"ko": "목록에서 골라 주세요", "en": "Choose someone from the list"},
}
EMPTY = {
    "answer": {"status": "open", "text": " "},
    "reject": {"reason": " "},
    "note": {"text": ""},
    "assign": {"person_id": str(MINJI.id)},
}
AGAIN = {"ko": "다시 확인해 주세요", "en": "Please look again"}
FIELD = {"answer": "text", "reject": "reason", "note": "text", "assign": "person_id"}


def refused(pages: Pages, path: str, code: int = 422, /, **form: object) -> str:
    """Send a form, and return the page it comes back on, checked like any other."""
    pages.get("/console/")
    answer = pages.client.post(path, data={"csrf_token": pages.token} | form, buffered=True)
    assert answer.status_code == code, answer.status_code
    return pages._checked(answer)


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("act", sorted(EMPTY))
def test_what_is_missing_is_said_beside_its_field(visit: Visit, act: str, lang: str) -> None:
    pages = visit(SOYEON)
    pages.client.set_cookie("lang", lang)
    page = refused(pages, f"/console/reports/{report(visit)}/{act}", **EMPTY[act])
    mark = f"{act}-{FIELD[act]}-wrong"
    assert SENTENCES[act][lang] in page.split(f'id="{mark}"')[1].split("</p>")[0]
    tied = re.search(rf'<(?:textarea|select)[^>]*aria-describedby="[^"]*{mark}"[^>]*>', page)
    assert tied is not None
    assert 'aria-invalid="true"' in tied[0]
    assert "autofocus" in tied[0]
    assert f"<title>{AGAIN[lang]}: " in page


def test_a_form_that_was_refused_says_so_in_its_title(visit: Visit) -> None:
    pages = visit(MINJI)
    pages.client.set_cookie("lang", "ko")
    for path, to, told in (
        ("/sign-in", "/sign-in", {"email": "no address"}),
        ("/reports/new", "/reports/", {"category": "street_light", "text": ""}),
    ):
        assert AGAIN["ko"] not in pages.get(path)
        again = pages.post(to, 422, **told)
        assert f"<title>{AGAIN['ko']}: " in again.text


@pytest.mark.parametrize(("act", "field"), [("answer", "text"), ("reject", "reason")])
def test_a_text_that_is_too_long_stands_as_it_was_typed(visit: Visit, act: str, field: str) -> None:
    path = f"/console/reports/{report(visit)}/{act}"
    page = refused(visit(SOYEON), path, **{"status": "fixed", field: LONG})
    assert LONG in page
    assert "4,000" in page.split(f'id="{act}-{field}-wrong"')[1].split("</p>")[0]


def test_a_report_that_cannot_go_there_keeps_the_words_and_says_so(
    visit: Visit, app: Flask
) -> None:
    made = report(visit)
    with unit_of_work(app.extensions["engine"]) as session:
        session.get_one(Report, parse_id(made)).status = Status.CLOSED.value
    typed = {"status": "in_progress", "text": "내일 <가서> 볼게요"}
    page = refused(visit(SOYEON), f"/console/reports/{made}/answer", 409, **typed)
    assert "내일 &lt;가서&gt; 볼게요</textarea>" in page
    assert "지금 상태에서는 그리로 갈 수 없어요" in page.split('role="alert"')[1].split("</div>")[0]


def test_the_chosen_state_is_chosen_again(visit: Visit) -> None:
    path = f"/console/reports/{report(visit)}/answer"
    page = refused(visit(SOYEON), path, status="fixed", text=LONG)
    assert '<option value="fixed" selected>' in page


def test_the_page_reads_itself_again_where_the_case_is(visit: Visit) -> None:
    made = report(visit)
    page = refused(visit(SOYEON), f"/console/reports/{made}/note?view=new", text="")
    sources = re.findall(r'data-live-src="([^"]*)&amp;seen=', page)
    assert set(sources) == {f"/console/reports/{made}?view=new"}
    assert f'name="next" value="/console/reports/{made}?view=new"' in page


def test_nothing_that_was_begun_is_kept_or_shown(
    visit: Visit, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = report(visit)

    def half_done(*_given: object, **_at: object) -> None:
        raise RefusedError("report_cannot_move")

    monkeypatch.setattr(console.actions_family, "answer_parts", half_done)
    typed = {"status": "fixed", "text": "끝냈어요", "parts": "1"}
    page = refused(visit(SOYEON), f"/console/reports/{made}/answer", 409, **typed)
    assert "끝냈어요" not in page.split("</textarea>", 1)[1].split('class="thread"')[-1]
    assert 'class="chip chip-open"' in page.split('class="case"')[1]
    with reading_session(app.extensions["engine"]) as session:
        assert session.get_one(Report, parse_id(made)).status == Status.OPEN.value


def test_a_part_that_cannot_be_one_is_said_in_the_case(visit: Visit) -> None:
    made = report(visit)
    page = refused(visit(SOYEON), f"/console/reports/{made}/parts", 409, part=made)
    assert "이 둘은 전체와 부분이 될 수 없어요" in page
    assert re.search(r'data-act="parts" open', page)


def test_what_cannot_be_joined_is_said_in_the_case(visit: Visit) -> None:
    made = report(visit)
    page = refused(visit(SOYEON), f"/console/reports/{made}/merge", 409, into=made)
    assert "이 신고는 이제 합칠 수 없어요" in page
    assert re.search(r'data-act="merge" open', page)


def test_a_program_is_told_as_programs_are(visit: Visit) -> None:
    pages, made = visit(SOYEON), report(visit)
    pages.get("/console/")
    answer = pages.client.post(
        f"/console/reports/{made}/note",
        data={"csrf_token": pages.token, "text": ""},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["type"] == "urn:madang:note_empty"
    assert answer.json["fields"] == {"text": "empty"}
