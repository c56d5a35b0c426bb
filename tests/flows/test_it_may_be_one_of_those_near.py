"""Without script too, a writer is asked once whether it is one of those near, and loses nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from participation.reports.models import Report
from services.auth import Actor
from services.db import Session
from services.tokens import sealed
from tests.flows.test_report_to_answer import FORM, photo, report
from tests.pages import Pages
from tests.people import JUN, MINJI, SOYEON

Visit = Callable[[Actor | None], Pages]
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
MORE = {"text": "여기가 너무 어두워요", "idempotency_key": "tap-of-jun-01", "place": "우물가"}


@pytest.fixture
def first(visit: Visit) -> str:
    return report(visit)


def sent(
    visit: Visit, expect: int = 200, who: Actor = JUN, **more: Any
) -> tuple[Pages, TestResponse]:
    """Send what the form sends where no script runs; the page itself says what that is."""
    pages = visit(who)
    page = pages.get("/reports/new")
    told = dict(FIELD.findall(page)) | FORM | MORE | more
    told.pop("csrf_token")
    assert told["join"] == "ask"
    return pages, pages.post("/reports/", expect, **told)


def again(pages: Pages, asked: TestResponse, join: str, expect: int = 303) -> str:
    """Press a button of the page that asks, with the fields it carries."""
    told = dict(FIELD.findall(asked.text))
    told.pop("csrf_token")
    return str(pages.post("/reports/", expect, **told, join=join).location)


def stored(app: Flask) -> list[Report]:
    with Session(app.extensions["engine"]) as session:
        return list(session.scalars(sa.select(Report).order_by(Report.opened_at)))


def test_those_near_are_shown_before_anything_is_stored(
    first: str, visit: Visit, app: Flask
) -> None:
    pages, asked = sent(visit)
    pages._checked(asked)
    assert f'name="join" value="{first}"' in asked.text
    assert "/large.webp" in asked.text
    assert "m 거리" in asked.text
    assert len(stored(app)) == 1


def test_one_button_joins_it(first: str, visit: Visit, app: Flask) -> None:
    pages, asked = sent(visit)
    assert again(pages, asked, first).endswith(f"/reports/{first}?joined=1")
    (one,) = stored(app)
    assert one.followers == 2


def test_mine_is_another_one_goes_on_with_all_that_was_told(
    first: str, visit: Visit, app: Flask
) -> None:
    pages, asked = sent(visit, photo=photo(), answer="12-3")
    assert "사진도 그대로 있어요" in asked.text
    again(pages, asked, "new")
    _, new = stored(app)
    assert (new.text, new.place, new.answer) == (MORE["text"], "우물가", "12-3")
    assert (new.lat, new.lon, new.category) == (34.21, 127.91, "street_light")
    assert new.photo_hash
    assert first != str(new.id)


def test_where_nothing_is_near_nobody_is_asked(first: str, visit: Visit, app: Flask) -> None:
    sent(visit, 303, lat="34.30")
    sent(visit, 303, MINJI, category="litter", idempotency_key="tap-of-minji-9")
    assert len(stored(app)) == 3
    assert first


def test_a_form_that_asked_by_itself_is_not_asked_again(
    first: str, visit: Visit, app: Flask
) -> None:
    report(visit, JUN, **MORE)
    assert len(stored(app)) == 2
    assert first


def test_what_is_hidden_cannot_be_joined(first: str, visit: Visit, app: Flask) -> None:
    pages, asked = sent(visit)
    visit(SOYEON).post(f"/console/reports/{first}/reject", reason="얼굴이 보여요")
    again(pages, asked, first)
    assert [one.followers for one in stored(app)] == [1, 1]


def test_nobody_names_a_photo_of_another(first: str, visit: Visit, app: Flask) -> None:
    (one,) = stored(app)
    assert one.photo_hash
    pages, asked = sent(visit, photo=photo())
    kept = dict(FIELD.findall(asked.text))["kept"]
    visit(MINJI).post("/reports/", **(FORM | MORE | {"kept": kept, "lat": "34.40"}))
    made = sealed("another city", "photo", *[one.id] * 3)
    pages.post("/reports/", **(FORM | {"kept": made, "idempotency_key": "tap-of-jun-02"}))
    assert [r.photo_hash for r in stored(app) if str(r.id) != first] == [None, None]
