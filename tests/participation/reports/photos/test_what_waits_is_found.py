"""What waits is known by its content, keeps its place, and is found by the team."""

import io
import re

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report
from participation.reports.opening import hang_photo
from participation.reports.rules import MOST_PHOTOS
from services import clock
from services.db import Session, unit_of_work
from services.ids import parse_id
from tests.pages import Pages
from tests.participation.reports.photos.covers import FORM, Visit, street
from tests.participation.reports.photos.covers import report as looked_report
from tests.participation.reports.photos.looks import cover_it, sent, show, waiting
from tests.participation.reports.photos.test_a_photo_waits_for_a_look import NOTE
from tests.participation.reports.photos.test_a_report_has_several_photos import shown
from tests.people import JUN, MINJI, SOYEON


def test_one_that_everyone_sees_already_waits_no_second_time(app: Flask, visit: Visit) -> None:
    looked_report(visit)
    assert waiting(app, sent(visit, who=JUN)) == []


def test_one_that_only_a_report_turned_down_has_waits(app: Flask, visit: Visit) -> None:
    hidden = looked_report(visit)
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{hidden}")
    pages.post(f"/console/reports/{hidden}/reject", reason="얼굴이 보여요")
    assert len(waiting(app, sent(visit, who=JUN))) == 1


def test_one_that_was_covered_elsewhere_comes_in_covered(app: Flask, visit: Visit) -> None:
    first = looked_report(visit)
    (before,) = shown(app, first)
    cover_it(visit, first, before)
    made = sent(visit, who=JUN)
    assert waiting(app, made) == []
    assert shown(app, made) == shown(app, first)


def test_the_same_one_is_looked_over_once_for_all(app: Flask, visit: Visit, photo: str) -> None:
    other = sent(visit, who=JUN)
    assert waiting(app, other) == [photo]
    show(visit, other, photo)
    with Session(app.extensions["engine"]) as session:
        rows = session.scalars(sa.select(Report.photo_hash)).all()
        assert rows == [photo, photo]


def test_the_same_one_is_covered_once_for_all(app: Flask, visit: Visit, photo: str) -> None:
    other = sent(visit, who=JUN)
    cover_it(visit, other, photo)
    with Session(app.extensions["engine"]) as session:
        rows = set(session.scalars(sa.select(Report.photo_hash)))
        assert len(rows) == 1
        assert rows.isdisjoint({None, photo})


def test_several_take_their_places_whatever_is_looked_over_first(app: Flask, visit: Visit) -> None:
    made = sent(visit, 10, 20, 30)
    one, two, three = waiting(app, made)
    for one_more, now in ((two, [two]), (three, [two, three]), (one, [one, two, three])):
        show(visit, made, one_more)
        assert shown(app, made) == now
    assert waiting(app, made) == []


def test_what_waits_takes_a_place_of_the_three(app: Flask, visit: Visit) -> None:
    made = sent(visit, 10, 20, 30)
    with unit_of_work(app.extensions["engine"]) as session:
        report = session.get_one(Report, parse_id(made))
        for looked in (True, False):
            assert not hang_photo(
                session, report, SOYEON, "a" * 64, looked_over=looked, at=clock.now()
            )
    assert len(waiting(app, made)) == MOST_PHOTOS


def test_the_queue_leads_to_what_waits(visit: Visit, report_id: str, photo: str) -> None:
    other = looked_report(visit, JUN)
    pages = visit(SOYEON)
    page = pages.get("/console/?view=photos")
    assert f"row-{report_id}" in page
    assert f"row-{other}" not in page
    assert count(page) == "1"
    show(visit, report_id, photo)
    page = pages.get("/console/?view=photos")
    assert f"row-{report_id}" not in page
    assert count(page) == "0"


def count(page: str) -> str:
    view = page.split('href="/console/?view=photos"')[1].split("</a>")[0]
    found = re.search(r'class="num">(\d+)<', view)
    assert found is not None
    return found[1]


def test_a_settled_case_with_one_is_found_and_one_turned_down_is_not(
    visit: Visit, report_id: str
) -> None:
    pages: Pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    pages.post(f"/console/reports/{report_id}/answer", status="fixed", text="고쳤어요")
    assert f"row-{report_id}" in pages.get("/console/?view=photos")
    other = sent(visit, 50, who=JUN)
    pages.post(f"/console/reports/{other}/reject", reason="아니에요")
    assert f"row-{other}" not in pages.get("/console/?view=photos")


def test_at_a_first_look_the_team_sees_it_and_let_through_it_still_waits(
    app: Flask, visit: Visit
) -> None:
    held = sent(visit, homepage="x")
    (photo,) = waiting(app, held)
    pages = visit(SOYEON)
    page = pages.get("/console/first-look")
    assert f"/media/{photo}/small.webp" in page
    assert "살펴볼 사진 있음" in page
    pages.post("/console/first-look", ids=held, action="let_through")
    assert NOTE in visit(None).get(f"/reports/{held}")
    assert waiting(app, held) == [photo]


@pytest.mark.parametrize("looked", ["", "1"])
def test_it_is_remembered_over_a_question_whether_it_was_looked_over(
    app: Flask, visit: Visit, looked: str
) -> None:
    looked_report(visit, JUN)
    pages = visit(MINJI)
    pages.get("/reports/new")
    told = FORM | {"idempotency_key": "tap-of-minji-1", "looked": looked}
    picture = (io.BytesIO(street(33)), "a.png")
    page = pages.post("/reports/", 200, photo=picture, join="ask", **told).text
    asked = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    # What the form says of photos now is nothing to those that came before the question.
    again = {name: asked[name] for name in (*FORM, "kept", "idempotency_key") if name in asked}
    answer = pages.post("/reports/", join="new", **again | {"looked": "" if looked else "1"})
    made = str(answer.headers["Location"].split("/reports/")[1][:36])
    assert len(waiting(app, made)) == (0 if looked else 1)
    assert len(shown(app, made)) == (1 if looked else 0)
