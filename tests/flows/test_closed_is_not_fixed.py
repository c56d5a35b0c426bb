"""Those who follow a settled report are asked once; a no brings it back to the queue."""

from collections.abc import Callable

import pytest

from services.auth import Actor
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import JUN, MINJI, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]
ASKED = "정말 해결됐나요?"


def settled(visit: Visit, status: str = "fixed") -> str:
    """Return the id of a report that Jun follows too and the city calls settled."""
    report_id = report(visit)
    jun = visit(JUN)
    jun.get(f"/reports/{report_id}")
    jun.post(f"/reports/{report_id}/follow")
    answer(visit, report_id, status)
    return report_id


def answer(visit: Visit, report_id: str, status: str, expect: int = 303) -> None:
    moderator = visit(SOYEON)
    moderator.get(f"/console/reports/{report_id}")
    path = f"/console/reports/{report_id}/answer"
    moderator.post(path, status=status, text="고쳤어요", expect=expect)


def judge(visit: Visit, who: Actor, report_id: str, word: str, expect: int = 303) -> None:
    pages = visit(who)
    pages.get(f"/reports/{report_id}")
    pages.post(f"/reports/{report_id}/judge", settled=word, text="아직 어두워요", expect=expect)


@pytest.mark.parametrize("status", ["fixed", "closed"])
def test_a_no_brings_it_back_to_the_queue(visit: Visit, status: str) -> None:
    report_id = settled(visit, status)
    assert ASKED in visit(MINJI).get(f"/reports/{report_id}")
    judge(visit, JUN, report_id, "no")
    page = visit(None).get(f"/reports/{report_id}")
    assert "종료됐지만 이의 있음" in page
    assert "아직 어두워요" in page
    assert "박준" not in page
    assert report_id in visit(TAEHO).get("/console/")
    answer(visit, report_id, "in_progress")
    assert "처리 중" in visit(None).get(f"/reports/{report_id}")


def test_a_yes_is_kept_and_changes_nothing_else(visit: Visit) -> None:
    report_id = settled(visit)
    judge(visit, MINJI, report_id, "yes")
    page = visit(MINJI).get(f"/reports/{report_id}")
    assert "해결됐다고 했어요" in page
    assert ASKED not in page
    assert ASKED in visit(JUN).get(f"/reports/{report_id}")


def test_each_is_asked_once_and_again_when_it_is_settled_again(visit: Visit) -> None:
    report_id = settled(visit)
    judge(visit, JUN, report_id, "no")
    judge(visit, JUN, report_id, "no", expect=409)
    judge(visit, MINJI, report_id, "no", expect=409)
    answer(visit, report_id, "fixed")
    assert ASKED in visit(JUN).get(f"/reports/{report_id}")
    judge(visit, JUN, report_id, "yes")


def test_only_those_who_follow_are_asked(visit: Visit) -> None:
    report_id = settled(visit)
    assert ASKED not in visit(None).get(f"/reports/{report_id}")
    judge(visit, TAEHO, report_id, "no", expect=403)
    open_one = report(visit, idempotency_key="tap-open-judge")
    judge(visit, MINJI, open_one, "no", expect=409)


def test_staff_cannot_dispute_themselves(visit: Visit) -> None:
    report_id = settled(visit)
    answer(visit, report_id, "disputed", expect=409)
