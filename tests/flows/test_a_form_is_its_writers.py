"""A form that one opened is not sent under the name of another who signed in meanwhile."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report
from services.auth import Actor
from services.db import Session
from tests.flows.test_report_to_answer import FORM
from tests.pages import Pages
from tests.people import JUN, MINJI

Visit = Callable[[Actor | None], Pages]
HERE = re.compile(r'data-who="(\w*)"')
FORM_OF = re.compile(r'name="who" value="(\w*)"')


def stored(app: Flask) -> int:
    with Session(app.extensions["engine"]) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Report)) or 0


def mark_on(page: str) -> str:
    found = HERE.search(page)
    return found[1] if found else "none"


@pytest.mark.parametrize("earlier", [False, True])
def test_what_another_wrote_is_not_taken(visit: Visit, app: Flask, *, earlier: bool) -> None:
    # An earlier version's browsers kept the id itself.
    jun = str(JUN.id) if earlier else mark_on(visit(JUN).get("/"))
    refused = visit(MINJI).post("/reports/", 409, **FORM, who=jun)
    assert "지금은 다른 사람이 로그인해 있어요" in refused.text
    assert stored(app) == 0
    visit(JUN).post("/reports/", 303, **FORM, who=jun)
    assert stored(app) == 1


@pytest.mark.above_the_database
def test_every_page_says_who_is_here_and_none_says_their_id(visit: Visit) -> None:
    pages = [visit(JUN).get(path) for path in ("/", "/me", "/reports/", "/reports/new")]
    (jun,) = {mark_on(page) for page in pages}
    assert len(jun) == 32
    assert FORM_OF.findall(pages[-1]) == [jun]
    assert str(JUN.id) not in "".join(pages)
    assert mark_on(visit(MINJI).get("/")) not in (jun, "")
    assert mark_on(visit(None).get("/")) == ""
    # What the browser keeps for the time without a line says nothing of anybody.
    for path in ("/offline", "/reports/offline"):
        assert "data-who" not in visit(JUN).get(path)
