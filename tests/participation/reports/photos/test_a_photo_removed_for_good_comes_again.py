"""A picture taken off for good comes again: its sender is told in words, not whose it was."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.actions import NewReport, open_report
from participation.reports.models import Report
from participation.reports.open311 import actions as open311_actions
from participation.reports.photos.actions_removal import forget_removed
from participation.reports.rules import Category
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from tests.pages import Pages
from tests.participation.reports.photos.covers import (
    FORM,
    Visit,
    cover,
    photo_of,
    report,
    served,
    street,
)
from tests.participation.reports.photos.test_a_photo_is_removed import remove
from tests.participation.reports.photos.test_a_report_has_several_photos import shown
from tests.people import HANA, JUN, SOYEON

KO = "이 사진은 여기에 보일 수 없어요. 다른 사진을 고르거나 사진 없이 신고해 주세요."
SAID_TO_SYSTEMS = "이 사진은 여기에 보일 수 없어요. 다른 사진을 보내거나 사진 없이 보내 주세요."
EN = "That picture cannot be shown here. Choose another one, or send the report without it."


@pytest.fixture
def gone(app: Flask, visit: Visit) -> str:
    """The picture that `street` draws, taken off for good after it was covered, by its hash."""
    first = report(visit)
    before = photo_of(visit, first)
    remove(visit, first, cover(visit, first))
    with unit_of_work(app.extensions["engine"]) as session:
        forget_removed(session, Actor(None), at=clock.now() + timedelta(minutes=1))
    return before


def tell(visit: Visit, *pictures: bytes, expect: int, **more: Any) -> tuple[Pages, Any]:
    pages = visit(JUN)
    pages.get("/reports/new")
    photos = [(io.BytesIO(one), f"{n}.png") for n, one in enumerate(pictures)]
    told = FORM | {"idempotency_key": uuid4().hex} | more
    if photos:
        told["photo"] = photos
    return pages, pages.post("/reports/", expect, **told)


def count(app: Flask) -> int:
    with Session(app.extensions["engine"]) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Report)) or 0


@pytest.mark.parametrize(("lang", "said"), [("ko", KO), ("en", EN)])
def test_the_form_says_so_and_loses_nothing(
    app: Flask, visit: Visit, gone: str, lang: str, said: str
) -> None:
    pages = visit(JUN)
    pages.client.set_cookie("lang", lang)
    pages.get("/reports/new")
    photo = (io.BytesIO(street()), "a.png")
    told = FORM | {"idempotency_key": uuid4().hex}
    answer = pages.post("/reports/", 422, photo=photo, **told)
    assert said in answer.text
    assert FORM["text"] in answer.text
    assert gone not in answer.text
    assert count(app) == 1
    pages.post("/reports/", **told)
    assert count(app) == 2


def test_the_others_that_came_with_it_are_kept(app: Flask, visit: Visit, gone: str) -> None:
    pages, answer = tell(visit, street(), street(10), expect=422)
    kept = answer.text.split('name="kept"')[1].split('value="')[1].split('"')[0]
    told = FORM | {"idempotency_key": uuid4().hex, "kept": kept}
    made = pages.post("/reports/", **told).headers["Location"].split("/reports/")[1][:36]
    photos = shown(app, made)
    assert len(photos) == 1
    assert gone not in photos


def test_nobody_is_served_it_and_it_says_nothing_of_the_other_report(
    visit: Visit, gone: str
) -> None:
    _, answer = tell(visit, street(), expect=422)
    assert "번호판이 보여요" not in answer.text
    for who in (None, JUN, SOYEON):
        assert served(visit, gone, "large", who) is None


def test_open311_says_so_too(app: Flask, gone: str) -> None:
    client = app.test_client()
    told = {"service_code": "litter", "description": "골목", "lat": "34.21", "long": "127.91"}
    with unit_of_work(app.extensions["engine"]) as session:
        told["api_key"] = open311_actions.issue_key(session, HANA, "Next town", at=clock.now())
    form = told | {"media": (io.BytesIO(street()), "a.png")}
    answer = client.post("/open311/v2/requests.json", data=form)
    assert answer.status_code == 400
    assert answer.get_json() == [{"code": 400, "description": SAID_TO_SYSTEMS}]
    assert client.post("/open311/v2/requests.json", data=told).status_code in (200, 201)
    assert count(app) == 2


def test_where_nobody_can_be_asked_the_report_is_kept_without_it(
    app: Flask, visit: Visit, gone: str
) -> None:
    """A letter's report is not lost with its picture, and the team is told."""
    new = NewReport(
        category=Category.LITTER,
        text="편지로 온 신고",
        lat=34.21,
        lon=127.91,
        photos=(gone,),
        asked=False,
        idempotency_key=uuid4().hex,
    )
    with unit_of_work(app.extensions["engine"]) as session:
        made = str(open_report(session, JUN, new, at=clock.now()))
    assert shown(app, made) == []
    assert "사진을 내림" in visit(SOYEON).get(f"/console/reports/{made}")
    assert "/media/" not in visit(JUN).get(f"/reports/{made}").split("<main")[1]
