"""A moderator takes a photo off: it is gone everywhere, back within ten seconds, then erased."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report, ReportEntry
from participation.reports.photos.models import PhotoOriginal, RemovedPhoto
from services import clock, realtime
from services.audit.trail import AuditEntry
from services.db import Session
from services.jobs import Scheduler
from tests.pages import Pages
from tests.participation.reports.photos.covers import Visit, files_of, photo_of, served
from tests.participation.reports.photos.covers import report as one_photo
from tests.participation.reports.photos.test_a_report_has_several_photos import (
    cover,
    report,
    shown,
)
from tests.people import JUN, MINJI, SOYEON, TAEHO

WHY = "번호판이 보여요"


def remove(visit: Visit, report_id: str, photo: str, expect: int = 303, **form: str) -> Pages:
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}?view=new")
    told = {"photo": photo, "reason": WHY} | form
    answer = pages.post(f"/console/reports/{report_id}/remove-photo?view=new", expect, **told)
    assert expect != 303 or answer.headers["Location"].endswith(f"{report_id}?view=new")
    return pages


def undo(pages: Pages, report_id: str) -> None:
    page = pages.get(f"/console/reports/{report_id}")
    pages.post("/console/undo", at=page.split('name="at" value="')[1].split('"')[0])


def test_it_is_gone_everywhere(app: Flask, visit: Visit) -> None:
    report_id = one_photo(visit)
    gone = photo_of(visit, report_id)
    remove(visit, report_id, gone)
    pages = visit(None)
    told = [
        pages.client.get(path).text
        for path in (
            "/",
            "/reports/",
            f"/reports/{report_id}",
            f"/reports/{report_id}/picture",
            "/reports/map/list?box=127,34,128,35&zoom=12",
            "/reports/near?category=litter&lat=34.21&lon=127.91",
            "/open311/v2/requests.json?extensions=true",
            "/reports/feed.atom",
            "/reports/feed.geojson",
        )
    ]
    told += [visit(MINJI).client.get("/me/export").text, visit(MINJI).get("/me")]
    told += [visit(SOYEON).get("/console/"), visit(SOYEON).get(f"/console/reports/{report_id}")]
    assert not any(gone in text for text in told)
    assert WHY in told[-1]
    assert not any(WHY in text for text in told[:-1])
    for who in (None, MINJI, SOYEON):
        assert served(visit, gone, "small", who) is None
    with Session(app.extensions["engine"]) as session:
        verbs = session.scalars(sa.select(AuditEntry.verb)).all()
        assert "remove_photo" in verbs


def test_open_pages_and_maps_follow(
    visit: Visit, turn: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    report_id = one_photo(visit)
    turn()
    heard: list[str] = []
    monkeypatch.setattr(realtime, "nudge", lambda _session, room, _item: heard.append(room))
    pages = remove(visit, report_id, photo_of(visit, report_id))
    for act in (None, undo):
        if act is not None:
            act(pages, report_id)
        heard.clear()
        turn()
        assert {"console", "reports", f"report:{report_id}"} <= set(heard)
        assert any(room.startswith("tile:") for room in heard)


def test_those_after_it_move_up_with_what_is_kept_of_them(app: Flask, visit: Visit) -> None:
    report_id = report(visit, 10, 20, 30)
    one, two, three = shown(app, report_id)
    cover(visit, report_id, two)
    covered = shown(app, report_id)[1]
    pages = remove(visit, report_id, one)
    assert shown(app, report_id) == [covered, three]
    undo(pages, report_id)
    assert shown(app, report_id) == [one, covered, three]
    pages = remove(visit, report_id, covered)
    assert shown(app, report_id) == [one, three]
    undo(pages, report_id)
    assert shown(app, report_id) == [one, covered, three]
    with Session(app.extensions["engine"]) as session:
        (kept,) = session.scalars(sa.select(PhotoOriginal))
        assert (kept.position, kept.photo_hash, kept.redacted_hash) == (2, two, covered)
        assert session.scalars(sa.select(RemovedPhoto)).all() == []
        steps = session.scalars(sa.select(ReportEntry.kind).where(ReportEntry.text == WHY))
        assert set(steps) == {"photo_back"}


def test_the_file_goes_when_it_cannot_come_back(app: Flask, visit: Visit) -> None:
    report_id = report(visit, 10, 20)
    one, two = shown(app, report_id)
    cover(visit, report_id, two)
    for photo in shown(app, report_id):
        remove(visit, report_id, photo)
    assert (len(files_of(app, one)), len(files_of(app, two))) == (2, 2)
    scheduler = Scheduler(app.extensions["engine"], app.extensions["registry"].jobs)
    scheduler.turn(clock.now() + timedelta(hours=25))
    # What was under the cover goes along, though its own thirty days are not over.
    assert files_of(app, one) == files_of(app, two) == []
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(RemovedPhoto)).all() == []


def test_it_stays_where_another_report_shows_it(app: Flask, visit: Visit) -> None:
    report_id, other = one_photo(visit), one_photo(visit, JUN)
    photo = photo_of(visit, report_id)
    remove(visit, report_id, photo)
    assert shown(app, other) == [photo]
    assert served(visit, photo, "large") is not None
    scheduler = Scheduler(app.extensions["engine"], app.extensions["registry"].jobs)
    scheduler.turn(clock.now() + timedelta(hours=25))
    assert len(files_of(app, photo)) == 2


def test_a_cover_goes_with_the_photo_it_was_laid_over(app: Flask, visit: Visit) -> None:
    report_id = one_photo(visit)
    before = photo_of(visit, report_id)
    cover(visit, report_id, before)
    first = photo_of(visit, report_id)
    cover(visit, report_id, first)
    last = photo_of(visit, report_id)
    remove(visit, report_id, last)
    scheduler = Scheduler(app.extensions["engine"], app.extensions["registry"].jobs)
    scheduler.turn(clock.now() + timedelta(seconds=5))
    assert len(files_of(app, last)) == 2
    scheduler.turn(clock.now() + timedelta(hours=25))
    assert files_of(app, before) == files_of(app, first) == files_of(app, last) == []


def test_a_cover_stays_as_long_as_another_report_shows_it(app: Flask, visit: Visit) -> None:
    one, other = one_photo(visit), one_photo(visit, JUN)
    cover(visit, one, photo_of(visit, one))
    after = photo_of(visit, one)
    scheduler = Scheduler(app.extensions["engine"], app.extensions["registry"].jobs)
    remove(visit, one, after)
    scheduler.turn(clock.now() + timedelta(hours=25))
    assert (shown(app, other), len(files_of(app, after))) == ([after], 2)
    assert photo_of(visit, one_photo(visit, TAEHO)) == after
    for report_id in (other, *others_of(app, after, other)):
        remove(visit, report_id, after)
    scheduler.turn(clock.now() + timedelta(hours=26))
    assert files_of(app, after) == []


def others_of(app: Flask, photo: str, but: str) -> list[str]:
    """Return the other reports whose first photo it is."""
    with Session(app.extensions["engine"]) as session:
        found = session.scalars(sa.select(Report.id).where(Report.photo_hash == photo))
        return [str(one) for one in found if str(one) != but]


@pytest.mark.above_the_database
def test_a_reason_is_asked_for_beside_its_photo(app: Flask, visit: Visit) -> None:
    report_id = report(visit, 10, 20)
    two = shown(app, report_id)[1]
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    path = f"/console/reports/{report_id}/remove-photo"
    asked = pages.post(path, 422, photo=two, reason=" ").text
    assert "까닭을 짧게" in asked
    assert asked.index("까닭을 짧게") > asked.index(two)
    assert len(shown(app, report_id)) == 2
    gone = pages.post(path, 409, photo="0" * 64, reason=WHY).text
    assert "그 사진은 더 이상 보이지 않아요" in gone


@pytest.mark.above_the_database
def test_moderators_alone_may(app: Flask, visit: Visit) -> None:
    report_id = one_photo(visit)
    photo = photo_of(visit, report_id)
    for who in (MINJI, TAEHO):
        pages = visit(who)
        pages.get("/reports/")
        path = f"/console/reports/{report_id}/remove-photo"
        pages.post(path, 403, photo=photo, reason=WHY)
    assert shown(app, report_id) == [photo]
    assert json.loads(visit(None).client.get("/reports/feed.geojson").data)["features"]
