"""The list is searched by what people wrote and by where it is."""

from collections.abc import Callable

from services.auth import Actor
from tests.flows.test_report_to_answer import report
from tests.pages import Pages

Visit = Callable[[Actor | None], Pages]


def test_reports_are_found_by_word_and_place(visit: Visit) -> None:
    report(visit, text="Broken LAMP again", place="매화로 54", idempotency_key="tap-search-1")
    report(visit, text="봉투가 쌓였어요", place="보리로 3", idempotency_key="tap-search-2")
    pages = visit(None)
    for words, found, left_out in (
        ("lamp", "Broken LAMP", "봉투가"),
        ("매화", "Broken LAMP", "봉투가"),
        ("보리로", "봉투가", "Broken LAMP"),
    ):
        page = pages.get(f"/reports/?q={words}")
        assert found in page
        assert left_out not in page


def test_signs_of_the_database_are_words_like_any(visit: Visit) -> None:
    report(visit, text="100% dark", idempotency_key="tap-search-3")
    pages = visit(None)
    assert "100% dark" in pages.get("/reports/?q=100%25")
    assert "100% dark" not in pages.get("/reports/?q=1_0")
