"""The console goes on where it is: view, kind and page stand in every form and after every act."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask

from participation.reports import queries_queue
from services.auth import Actor
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import SOYEON

Visit = Callable[[Actor | None], Pages]
PLACE = "view=new&kind=street_light&after=00000000-0000-0000-0000-000000000000"
ROW = re.compile(r'id="row-([0-9a-f-]{36})"')


@pytest.fixture
def pages(visit: Visit) -> Pages:
    return visit(SOYEON)


def place(name: str, page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(rf'{name}="(/console/[^"]*)"', page)]


def test_every_form_and_row_of_the_desk_keeps_it(pages: Pages, visit: Visit) -> None:
    page = pages.get(f"/console/reports/{report(visit)}?{PLACE}")
    own = [one for one in place("action", page) if "?" in one]
    assert {one.split("?")[0].rsplit("/", 1)[-1] for one in own} >= {
        *("answer", "assign", "note", "reject", "reporter", "bulk"),
    }
    assert {one.partition("?")[2] for one in own} == {PLACE}
    assert all(PLACE in one for one in place("data-live-src", page))
    for name, value in (pair.split("=") for pair in PLACE.split("&")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("answer", {"status": "fixed", "text": "끝"}),
        ("assign", {"person_id": str(SOYEON.id)}),
        ("note", {"text": "전화했어요"}),
        ("reject", {"reason": "우리 일이 아니에요"}),
    ],
)
def test_after_an_act_the_case_stands_beside_the_same_page(
    pages: Pages, visit: Visit, act: str, form: dict[str, str]
) -> None:
    path = f"/console/reports/{report(visit)}"
    assert pages.post(f"{path}/{act}?{PLACE}", **form).location == f"{path}?{PLACE}"


def test_after_many_at_once_and_after_undo_it_is_the_same_page(pages: Pages, visit: Visit) -> None:
    made = report(visit)
    done = pages.post(f"/console/bulk?{PLACE}", ids=[made], action="acknowledge")
    assert done.location == f"/console/?{PLACE}"
    page = pages.get(done.location)
    undo = next(one for one in place("action", page) if one.startswith("/console/undo"))
    given_at = page.split('name="at" value="')[1].split('"')[0]
    assert pages.post(undo, at=given_at).location == f"/console/?{PLACE}"


def test_pages_lead_on_and_back_to_the_first(
    pages: Pages, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries_queue, "LENGTH", 2)
    made = {report(visit, idempotency_key=f"tap-page-{n}") for n in range(5)}
    seen: list[str] = []
    onward: str | None = "/console/?view=new"
    while onward is not None:
        page = pages.get(onward)
        seen += ROW.findall(page)
        found = re.findall(r'id="queue-next" rel="next" href="([^"]+)"', page)
        onward = html.unescape(found[0]) if found else None
    assert len(seen) == 5
    assert set(seen) == made
    assert "첫 쪽" in page
    assert 'href="/console/?view=new"' in page
    assert "첫 쪽" not in pages.get("/console/?view=new")


def test_a_kind_narrows_the_list_and_what_is_counted(pages: Pages, visit: Visit) -> None:
    report(visit)
    other = report(visit, category="litter", idempotency_key="tap-litter")
    page = pages.get("/console/?kind=litter")
    assert ROW.findall(page) == [other]
    counted = re.findall(r'<span class="num">(\d+)</span></a></li>', page)
    assert counted == ["1", "1", "0", "0", "0"]
    assert '<a class="view" href="/console/?kind=litter" aria-current="true">' in page


def test_a_page_past_the_end_says_so(pages: Pages, app: Flask, visit: Visit) -> None:
    made = report(visit)
    page = pages.get(f"/console/?after={made}")
    assert "목록은 여기까지예요" in page
    assert "첫 쪽" in page
