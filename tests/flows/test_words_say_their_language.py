"""What somebody wrote is read aloud in their language, whatever the page's is (WCAG 3.1.2)."""

from collections.abc import Callable

import pytest

from services import i18n
from services.auth import Actor
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import SOYEON

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
