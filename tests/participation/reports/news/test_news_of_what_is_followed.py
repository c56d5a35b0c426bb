"""The page behind the bell tells what became of what one follows, and of nothing else."""

from collections.abc import Callable

from services.auth import Actor
from tests.flows.test_closed_is_not_fixed import answer, judge, settled
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import JUN, MINJI, SOYEON, STRANGER

Visit = Callable[[Actor | None], Pages]
NEWS = "/me/news"
TITLE = "가로등이 꺼졌어요"


def test_it_tells_the_citys_word_to_who_follows_and_to_nobody_else(visit: Visit) -> None:
    report_id = settled(visit)
    for who in (MINJI, JUN):
        page = visit(who).get(NEWS)
        assert f"/reports/{report_id}" in page
        assert "고쳤어요" in page
    assert report_id not in visit(SOYEON).get(NEWS)


def test_ones_own_step_is_no_news(visit: Visit) -> None:
    report_id = settled(visit)
    judge(visit, JUN, report_id, "no")
    assert "아직 어두워요" not in visit(JUN).get(NEWS)
    assert "아직 어두워요" in visit(MINJI).get(NEWS)


def test_what_is_hidden_now_is_told_to_its_reporter_alone(visit: Visit) -> None:
    report_id = report(visit)
    jun = visit(JUN)
    jun.get(f"/reports/{report_id}")
    jun.post(f"/reports/{report_id}/follow")
    answer(visit, report_id, "acknowledged")
    for page in (NEWS, "/"):
        assert report_id in visit(JUN).get(page)
    answer(visit, report_id, "rejected")
    for page in (NEWS, "/"):
        assert report_id not in visit(JUN).get(page)
        assert report_id in visit(MINJI).get(page)


def test_who_follows_nothing_is_led_to_the_map(visit: Visit) -> None:
    page = visit(JUN).get(NEWS)
    assert "새 소식이 없어요" in page
    assert TITLE not in page


def test_a_stranger_is_asked_who_they_are(visit: Visit) -> None:
    answer = visit(STRANGER).client.get(NEWS)
    assert answer.headers["Location"].startswith("/sign-in")
