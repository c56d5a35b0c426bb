"""A report may have up to three photos, and what holds for the first holds for each of them."""

import base64
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.actions import NewReport, open_report
from participation.reports.models import Report, ReportPhoto
from participation.reports.photos.models import PhotoOriginal
from participation.reports.queries import photos_of
from participation.reports.rules import Category
from services import clock
from services.audit.trail import AuditEntry
from services.db import Session, unit_of_work
from services.errors import InvalidError
from services.jobs import Scheduler
from tests.flows.test_it_may_be_one_of_those_near import FIELD
from tests.participation.reports.photos.covers import (
    BOX,
    FORM,
    LATER,
    Visit,
    files_of,
    reds,
    served,
    street,
)
from tests.people import JUN, MINJI, SOYEON, TAEHO

FOUR = NewReport(
    category=Category.LITTER,
    text="쓰레기",
    lat=34.21,
    lon=127.91,
    photos=tuple(letter * 64 for letter in "abcd"),
    looked_over=True,
    idempotency_key="tap-of-four-1",
)


def pictures(*shades: int) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(street(shade)), f"{shade}.png") for shade in shades]


def report(visit: Visit, *shades: int, who: object = MINJI, **more: Any) -> str:
    pages = visit(who)
    pages.get("/reports/new")
    told = FORM | {"idempotency_key": uuid4().hex} | more
    answer = pages.post("/reports/", photo=pictures(*shades), **told)
    return str(answer.headers["Location"].split("/reports/")[1][:36])


def shown(app: Flask, report_id: str) -> list[str]:
    with Session(app.extensions["engine"]) as session:
        return photos_of(session, session.get_one(Report, UUID(report_id)))


def cover(visit: Visit, report_id: str, photo: str, expect: int = 303) -> None:
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    pages.post(f"/console/reports/{report_id}/redact", expect, photo=photo, **BOX)


def test_all_are_shown_in_their_order_and_each_opens(app: Flask, visit: Visit) -> None:
    report_id = report(visit, 10, 20, 30)
    one, two, three = shown(app, report_id)
    page = visit(None).get(f"/reports/{report_id}")
    assert page.index(f"{one}/large") < page.index(f"{two}/small") < page.index(f"{three}/small")
    assert f'<img src="/media/{two}/large.webp"' in page
    assert "사진 3장 중 2번째" in page
    case = visit(SOYEON).get(f"/console/reports/{report_id}")
    assert all(f"{name}/large.webp" in case for name in (one, two, three))
    for name in (one, two, three):
        assert served(visit, name, "large") is not None


def test_lists_and_the_live_part_show_the_first(app: Flask, visit: Visit) -> None:
    report_id = report(visit, 10, 20)
    one, two = shown(app, report_id)
    page = visit(None).get("/reports/")
    assert one in page
    assert two not in page
    part = visit(None).client.get(f"/reports/{report_id}/picture").text
    assert two in part


def test_one_alone_has_no_gallery(visit: Visit) -> None:
    assert 'class="photos"' not in visit(None).get(f"/reports/{report(visit, 10)}")


def test_a_fourth_is_refused_with_a_sentence(app: Flask, visit: Visit) -> None:
    pages = visit(MINJI)
    pages.get("/reports/new")
    answer = pages.post("/reports/", 422, photo=pictures(1, 2, 3, 4), **FORM)
    assert "세 장까지 보낼 수 있어요" in answer.text
    assert FORM["text"] in answer.text
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(Report)).all() == []
        with pytest.raises(InvalidError, match="photos_too_many"):
            open_report(session, MINJI, FOUR, at=clock.now())


def test_three_large_ones_are_not_too_much_at_once(visit: Visit) -> None:
    pages = visit(MINJI)
    pages.get("/reports/new")
    told = FORM | {"csrf_token": pages.token}
    head = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    parts = [head.format(name, "").encode() + value.encode() for name, value in told.items()]
    file = head.format("photo", '; filename="a.jpg"').encode()
    parts += [file + b"\xff\xd8\xff" + bytes(12_000_000)] * 3
    body = b"\r\n".join([*parts, b"--x--\r\n"])
    kind = "multipart/form-data; boundary=x"
    answer = pages.client.post("/reports/", data=body, content_type=kind, buffered=True)
    # They are looked at, and found to be no pictures.
    assert answer.status_code == 422
    assert "사진을 읽지 못했어요" in answer.text
    assert FORM["text"] in answer.text


def test_the_same_one_twice_is_one(app: Flask, visit: Visit) -> None:
    assert len(shown(app, report(visit, 10, 10, 20))) == 2


def test_the_same_tap_twice_is_stored_once(app: Flask, visit: Visit) -> None:
    key = uuid4().hex
    first = report(visit, 10, 20, idempotency_key=key)
    assert report(visit, 10, 20, 30, idempotency_key=key) == first
    with Session(app.extensions["engine"]) as session:
        assert len(session.scalars(sa.select(ReportPhoto)).all()) == 1


def test_the_question_in_between_keeps_them_all(app: Flask, visit: Visit) -> None:
    report(visit)
    pages = visit(JUN)
    pages.get("/reports/new")
    told = FORM | {"idempotency_key": "tap-of-jun-77", "join": "ask"}
    asked = pages.post("/reports/", 200, photo=pictures(10, 20, 30), **told)
    carried = dict(FIELD.findall(asked.text)) | {"join": "new"}
    carried.pop("csrf_token")
    answer = pages.post("/reports/", **carried)
    assert len(shown(app, str(answer.headers["Location"].split("/reports/")[1][:36]))) == 3


def test_what_may_not_be_seen_hides_each(app: Flask, visit: Visit) -> None:
    report_id = report(visit, 10, 20)
    two = shown(app, report_id)[1]
    visit(SOYEON).get(f"/console/reports/{report_id}")
    visit(SOYEON).post(f"/console/reports/{report_id}/reject", reason="얼굴이 보여요")
    assert served(visit, two, "large") is None
    assert served(visit, two, "large", JUN) is None
    assert served(visit, two, "large", MINJI) is not None


def test_a_cover_lies_on_the_one_it_was_drawn_on(app: Flask, visit: Visit) -> None:
    report_id = report(visit, 10, 20, 30)
    one, two, three = shown(app, report_id)
    cover(visit, report_id, two)
    now = shown(app, report_id)
    assert (now[0], now[2]) == (one, three)
    assert reds(served(visit, now[1], "large") or b"") == 0
    assert served(visit, two, "small", SOYEON) is None
    # Boxes that were drawn on what is shown no more lie on nothing.
    cover(visit, report_id, two, expect=409)


def test_the_same_photo_is_covered_at_every_place(app: Flask, visit: Visit) -> None:
    one, other = report(visit, 10, 20), report(visit, 20, 30, who=JUN)
    bare = shown(app, one)[1]
    cover(visit, one, bare)
    after = shown(app, one)[1]
    assert shown(app, other)[0] == after
    again = report(visit, 40, 20)
    assert shown(app, again)[1] == after


def test_the_original_of_each_ends_and_what_is_shown_stays(app: Flask, visit: Visit) -> None:
    report_id = report(visit, 10, 20, 30)
    one, two, three = shown(app, report_id)
    for name in (one, three):
        cover(visit, report_id, name)
    now = shown(app, report_id)
    scheduler = Scheduler(app.extensions["engine"], app.extensions["registry"].jobs)
    scheduler.turn(clock.now() + timedelta(days=29))
    assert all(files_of(app, name) for name in (one, two, three))
    scheduler.turn(clock.now() + LATER)
    assert [bool(files_of(app, name)) for name in (one, two, three)] == [False, True, False]
    assert all(files_of(app, name) for name in now)


def test_they_are_handed_out_and_their_originals_go_with_their_owner(
    app: Flask, visit: Visit
) -> None:
    report_id = report(visit, 10, 20)
    bare = shown(app, report_id)[1]
    cover(visit, report_id, bare)
    export = visit(MINJI).client.get("/me/export").json
    assert export is not None
    assert export["reports"]["reports"][0]["photos"] == shown(app, report_id)
    assert len(export["report_photos"]["originals"]) == 1
    hook = next(h for h in app.extensions["registry"].privacy if h.name == "report_photos")
    with unit_of_work(app.extensions["engine"]) as session:
        hook.erase(session, UUID(str(MINJI.id)), clock.now())
        assert session.scalars(sa.select(PhotoOriginal)).all() == []
    scheduler = Scheduler(app.extensions["engine"], app.extensions["registry"].jobs)
    scheduler.turn(clock.now() + timedelta(hours=25))
    assert files_of(app, bare) == []
    assert all(files_of(app, name) for name in shown(app, report_id))


def test_covered_between_coming_in_and_being_told(
    app: Flask, visit: Visit, turn: Callable[[], int]
) -> None:
    report_id = report(visit, 10, 20)
    bare = shown(app, report_id)[1]
    cover(visit, report_id, bare)
    after = shown(app, report_id)[1]
    with unit_of_work(app.extensions["engine"]) as session:
        session.get_one(ReportPhoto, (UUID(report_id), 2)).photo_hash = bare
    turn()
    assert shown(app, report_id)[1] == after


def test_the_original_of_each_is_looked_at_and_uncovered_by_itself(
    app: Flask, visit: Visit
) -> None:
    report_id = report(visit, 10, 20)
    bare = shown(app, report_id)
    for name in bare:
        cover(visit, report_id, name)
    covered = shown(app, report_id)
    pages, act = visit(SOYEON), f"/console/reports/{report_id}"
    case = pages.get(act)
    assert case.count(f'name="photo" value="{covered[1]}"') == 4
    looks = [pages.post(f"{act}/original", 200, photo=name).text for name in covered]
    pictures_seen = [base64.b64decode(one.split("base64,")[1].split('"')[0]) for one in looks]
    store = app.extensions["photos"].store
    assert pictures_seen == [store.path(name, "large").read_bytes() for name in bare]
    pages.post(f"{act}/uncover", photo=covered[1])
    assert shown(app, report_id) == [covered[0], bare[1]]
    pages.post(f"{act}/original", 404, photo=bare[1])
    pages.post(f"{act}/original", 404, photo="f" * 64)
    visit(TAEHO).post(f"{act}/original", expect=403, photo=covered[0])
    with Session(app.extensions["engine"]) as session:
        seen = sa.select(AuditEntry).where(AuditEntry.verb == "look_at_original")
        assert len(session.scalars(seen).all()) == 2


def test_a_first_look_sees_them_all(app: Flask, visit: Visit) -> None:
    report_id = report(visit, 10, 20, 30, homepage="x")
    page = visit(SOYEON).get("/console/first-look")
    assert all(name in page for name in shown(app, report_id))
