"""What somebody wrote is read aloud in their language, whatever the page's is (WCAG 3.1.2)."""

from collections.abc import Callable

import pytest

from services import i18n
from services.auth import Actor
from tests.flows.test_closed_is_not_fixed import answer
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import MINJI, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]


@pytest.mark.above_the_database
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("가로등이 꺼졌어요", "ko"),
        ("CCTV 옆 ㄱ자 길", "ko"),
        ("The lamp is out", "en"),
        ("CCTV", None),
        ("Đèn đường hỏng", None),
        ("Фонарь не горит", None),
        ("3-1", None),
        ("", None),
    ],
)
def test_only_what_can_be_told_is_said(text: str, language: str | None) -> None:
    assert i18n.spoken(text) == language


def in_both(pages: Pages, path: str) -> tuple[str, str]:
    """Return a page in English and in Korean."""
    found = []
    for language in ("en", "ko"):
        pages.post("/language", language=language, next="/")
        found.append(pages.get(path))
    return found[0], found[1]


def test_a_report_is_read_in_its_own_language(visit: Visit) -> None:
    korean = report(
        visit, text="봉투가 쌓였어요", place="매화로 54", idempotency_key="tap-tongue-1"
    )
    english = report(visit, text="Broken lamp again", place="", idempotency_key="tap-tongue-2")
    pages = visit(None)
    in_english, in_korean = in_both(pages, f"/reports/{korean}")
    assert '<h1 lang="ko">봉투가 쌓였어요</h1>' in in_english
    assert "<h1>봉투가 쌓였어요</h1>" in in_korean
    in_english, in_korean = in_both(pages, f"/reports/{english}")
    assert "<h1>Broken lamp again</h1>" in in_english
    assert '<h1 lang="en">Broken lamp again</h1>' in in_korean
    in_english, _ = in_both(pages, "/reports/")
    assert f'<a href="/reports/{korean}" lang="ko">봉투가 쌓였어요</a>' in in_english
    assert '<span lang="ko">매화로 54</span>' in in_english


def test_a_case_is_read_in_the_language_of_its_report(visit: Visit) -> None:
    one = report(visit, text="봉투가 쌓였어요", place="매화로 54", idempotency_key="tap-tongue-3")
    desk = visit(SOYEON)
    desk.post(f"/console/reports/{one}/note", text="담당 업체에 물어봤어요")
    in_english, in_korean = in_both(desk, f"/console/reports/{one}")
    assert '<h2 id="case-title" lang="ko">봉투가 쌓였어요</h2>' in in_english
    assert '<span lang="ko">담당 업체에 물어봤어요</span>' in in_english
    assert 'id="case-title" lang' not in in_korean


def test_words_of_markup_stay_words(visit: Visit) -> None:
    one = report(visit, text='<b lang="x">가로등', idempotency_key="tap-tongue-4")
    in_english, _ = in_both(visit(None), f"/reports/{one}")
    assert '<h1 lang="ko">&lt;b lang=&#34;x&#34;&gt;가로등</h1>' in in_english


SQUARE = '{"type":"Polygon","coordinates":[[[120,30],[130,30],[130,40],[120,40],[120,30]]]}'
TABLE = "/console/routing/"
CIRCLE = {"kind": "circle", "lat": "34.21", "lon": "127.91", "radius": "500", "way": "push"}
CIRCLE |= {"label": "할머니 댁"}


def test_names_of_teams_areas_and_days_are(visit: Visit) -> None:
    clerk = visit(TAEHO)
    clerk.post(TABLE + "teams", body="도로과", team="Night shift")
    clerk.post(TABLE + "areas", name="온 도시", shape=SQUARE)
    clerk.post(TABLE + "days", day="2026-12-24", name="개청일")
    team = clerk.get(TABLE + "rule").split('name="team_id"')[1].split('option value="')[1][:36]
    clerk.post(TABLE + "rule", team_id=team, days="any", promise_days="2")
    one = report(visit, idempotency_key="tap-tongue-5")
    in_english, in_korean = in_both(clerk, TABLE)
    for name in ("도로과", "온 도시", "개청일"):
        assert f'<span lang="ko">{name}</span>' in in_english
        assert f"<span>{name}</span>" in in_korean
    assert '<span lang="en">Night shift</span>' in in_korean
    in_english, in_korean = in_both(visit(None), f"/reports/{one}")
    assert 'In the hands of <span lang="ko">도로과 · Night shift</span>' in in_english
    assert "<span>도로과 · Night shift</span>" in in_korean
    in_english, _ = in_both(clerk, f"/console/reports/{one}")
    assert '<dd lang="ko">도로과 · Night shift</dd>' in in_english
    in_english, _ = in_both(clerk, "/console/")
    assert 'Choose <span lang="ko">가로등이 꺼졌어요</span>' in in_english


def test_the_first_page_reads_answers_and_what_was_mended_in_theirs(visit: Visit) -> None:
    answer(visit, report(visit, idempotency_key="tap-tongue-6"), "fixed")
    in_english, in_korean = in_both(visit(MINJI), "/")
    assert 'The city answered: <span lang="ko">가로등이 꺼졌어요</span>' in in_english
    assert '" lang="ko">가로등이 꺼졌어요</a>' in in_english.split("decision-what")[1]
    assert 'lang="ko">가로등이' not in in_korean
    assert 'lang="ko">' not in in_korean.split("<main")[1].split("</main>")[0]


def test_followed_places_are_read_in_theirs(visit: Visit) -> None:
    minji = visit(MINJI)
    minji.post("/me/places", **CIRCLE)
    in_english, in_korean = in_both(minji, "/me/places")
    assert 'lang="ko">할머니 댁</span>' in in_english
    assert 'lang="ko"' not in in_korean.split("<main")[1].split("</main>")[0]
    in_english, _ = in_both(minji, "/")
    assert '<span lang="ko">할머니 댁</span>' in in_english
