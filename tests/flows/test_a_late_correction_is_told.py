"""What is sent again under its key is stored once; what was changed since gets no thanks."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from services.auth import Actor
from tests.flows.test_report_to_answer import FORM, photo
from tests.pages import Pages
from tests.people import JUN, MINJI

Visit = Callable[[Actor | None], Pages]
TOLD = "그 뒤에 고친 내용은 들어 있지 않아요"
ROUGH = {"category": "noise", "text": "밤마다 시끄러워요"}


def sent(visit: Visit, **changed: Any) -> str:
    told = FORM | changed
    return str(visit(MINJI).post("/reports/", **told, photo=photo()).location)


@pytest.mark.parametrize("told", [{}, ROUGH, {"place": "우물가", "answer": "기둥 7"}])
def test_the_same_again_is_thanked_for_again(visit: Visit, told: dict[str, str]) -> None:
    first = sent(visit, **told)
    assert first.endswith("?thanks=1")
    assert sent(visit, **told) == first


CHANGES = [
    {"text": "전화번호를 뺐어요"},
    {"category": "litter"},
    {"lat": "34.2101"},
    {"place": "우물가"},
    {"answer": "기둥 8"},
]


@pytest.mark.parametrize("changed", CHANGES, ids=lambda one: str(*one))
def test_what_was_changed_is_said_not_to_be_in_it(visit: Visit, changed: dict[str, str]) -> None:
    first = sent(visit)
    late = sent(visit, **changed)
    assert late == first.replace("thanks", "earlier")
    page = visit(MINJI).get(late)
    assert TOLD in page
    assert "Thank you" not in page
    assert "<h1>가로등이 꺼졌어요</h1>" in re.sub(r"\s+", " ", page)


def test_a_photo_left_out_is_a_change_too(visit: Visit) -> None:
    first = sent(visit)
    late = visit(MINJI).post("/reports/", **FORM).location
    assert late == first.replace("thanks", "earlier")


def test_nobody_else_is_told_so(visit: Visit) -> None:
    page = sent(visit).replace("thanks", "earlier")
    assert TOLD not in visit(JUN).get(page)
