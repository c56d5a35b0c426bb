"""A photo nobody looked over is seen by its reporter and the team, until a moderator shows it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report, ReportEntry
from participation.reports.photos.models import UnlookedPhoto
from participation.reports.photos.queries import held_pictures
from services import clock, realtime
from services.audit.trail import AuditEntry
from services.db import Session, unit_of_work
from services.ids import parse_id
from services.jobs import Scheduler
from tests.flows.canaries import OTHER, settle_in
from tests.participation.reports.photos.covers import (
    Visit,
    files_of,
    reds,
    served,
)
from tests.participation.reports.photos.covers import report as looked_report
from tests.participation.reports.photos.looks import (
    cover_it,
    look_over,
    sent,
    show,
    told_of,
    waiting,
)
from tests.participation.reports.photos.test_a_photo_is_removed import remove, undo
from tests.participation.reports.photos.test_a_report_has_several_photos import shown
from tests.people import JUN, MINJI, SOYEON

NOTE = "살펴본 뒤에"
CASE_NOTE = "아직 살펴보지 않았어요"


def test_nobody_else_is_told_of_it_or_served_it(visit: Visit, report_id: str, photo: str) -> None:
    for who in (None, JUN):
        assert not any(photo in text for text in told_of(visit(who).client, report_id))
        assert served(visit, photo, "large", who) is None
        assert served(visit, photo, "small", who) is None
        page = visit(who).get(f"/reports/{report_id}")
        assert NOTE in page
        assert NOTE in visit(who).client.get(f"/reports/{report_id}/picture").text


def test_its_reporter_sees_it_with_a_word_on_why_others_do_not(
    visit: Visit, report_id: str, photo: str
) -> None:
    page = visit(MINJI).get(f"/reports/{report_id}")
    assert f"/media/{photo}/large.webp" in page
    assert "시 담당자만 볼 수 있어요" in page
    assert served(visit, photo, "large", MINJI) is not None
    assert served(visit, photo, "small", SOYEON) is not None


def test_what_was_ticked_as_looked_over_is_shown_at_once(app: Flask, visit: Visit) -> None:
    made = sent(visit, looked="1")
    assert waiting(app, made) == []
    assert len(shown(app, made)) == 1
    assert NOTE not in visit(None).get(f"/reports/{made}")


def test_a_moderator_shows_it_and_everyone_sees_it(
    app: Flask, visit: Visit, report_id: str, photo: str
) -> None:
    case = visit(SOYEON).get(f"/console/reports/{report_id}")
    assert CASE_NOTE in case
    assert f"/media/{photo}/large.webp" in case
    before = changed(app, report_id)
    show(visit, report_id, photo)
    assert shown(app, report_id) == [photo]
    assert served(visit, photo, "large") is not None
    page = visit(None).get(f"/reports/{report_id}")
    assert f"/media/{photo}/large.webp" in page
    assert NOTE not in page
    assert CASE_NOTE not in visit(SOYEON).get(f"/console/reports/{report_id}")
    assert changed(app, report_id) > before
    assert "show_photo" in trail(app)


def changed(app: Flask, report_id: str) -> object:
    with Session(app.extensions["engine"]) as session:
        return session.get_one(Report, parse_id(report_id)).changed_at


def trail(app: Flask) -> list[str]:
    with Session(app.extensions["engine"]) as session:
        return list(session.scalars(sa.select(AuditEntry.verb)))


def test_feeds_and_open311_have_it_only_after(app: Flask, visit: Visit, photo: str) -> None:
    paths = ("/reports/feed.atom", "/reports/feed.geojson", "/open311/v2/requests.json")
    client = visit(None).client
    before = client.get(paths[2]).json[0]
    assert before["media_url"] is None
    assert not any(photo in client.get(path).text for path in paths)
    look_over(app.extensions["engine"])
    assert all(photo in client.get(path).text for path in paths)
    after = client.get(paths[2]).json[0]
    assert after["updated_datetime"] > before["updated_datetime"]


def test_covered_it_is_shown_covered_alone(
    app: Flask, visit: Visit, report_id: str, photo: str
) -> None:
    cover_it(visit, report_id, photo)
    assert waiting(app, report_id) == []
    (covered,) = shown(app, report_id)
    assert covered != photo
    assert served(visit, photo, "large", SOYEON) is None
    picture = served(visit, covered, "large")
    assert picture is not None
    assert reds(picture) == 0
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(UnlookedPhoto)).all() == []


def test_to_show_it_is_taken_back_within_seconds(
    app: Flask, visit: Visit, report_id: str, photo: str
) -> None:
    undo(show(visit, report_id, photo), report_id)
    assert (shown(app, report_id), waiting(app, report_id)) == ([], [photo])
    assert served(visit, photo, "large") is None
    assert "hide_photo" in trail(app)
    steps = visit(SOYEON).get(f"/console/reports/{report_id}")
    assert "되돌렸어요" in steps


def test_it_is_taken_off_and_waits_again_when_that_is_undone(
    app: Flask, visit: Visit, report_id: str, photo: str
) -> None:
    pages = remove(visit, report_id, photo)
    assert waiting(app, report_id) == shown(app, report_id) == []
    assert served(visit, photo, "large", MINJI) is None
    undo(pages, report_id)
    assert (shown(app, report_id), waiting(app, report_id)) == ([], [photo])
    assert served(visit, photo, "large") is None


def test_what_was_taken_off_for_good_leaves_the_disk(
    app: Flask, visit: Visit, report_id: str, photo: str
) -> None:
    remove(visit, report_id, photo)
    scheduler = Scheduler(app.extensions["engine"], app.extensions["registry"].jobs)
    scheduler.turn(clock.now() + timedelta(hours=25))
    assert files_of(app, photo) == []
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(UnlookedPhoto)).all() == []


def test_the_clean_up_holds_what_waits(app: Flask, report_id: str, photo: str) -> None:
    scheduler = Scheduler(app.extensions["engine"], app.extensions["registry"].jobs)
    scheduler.turn(clock.now() + timedelta(days=40))
    assert len(files_of(app, photo)) == 2
    assert waiting(app, report_id) == [photo]


@pytest.mark.parametrize("act", [show, cover_it])
def test_an_act_on_a_case_that_changed_is_held_back(
    app: Flask, visit: Visit, report_id: str, photo: str, act: Callable[..., object]
) -> None:
    pages = visit(SOYEON)
    page = pages.get(f"/console/reports/{report_id}")
    (seen,) = set(re.findall(r'name="seen" value="([^"]+)"', page))
    pages.post(f"/console/reports/{report_id}/note", text="전화했어요")
    act(visit, report_id, photo, 409, seen=seen)
    assert (shown(app, report_id), waiting(app, report_id)) == ([], [photo])


def test_what_waits_no_more_is_not_shown_again(visit: Visit, report_id: str, photo: str) -> None:
    show(visit, report_id, photo)
    pages = show(visit, report_id, photo, 409)
    assert (
        "사진" in pages.post(f"/console/reports/{report_id}/show-photo", 409, photo="0" * 64).text
    )


def test_a_neighbour_and_a_reporter_show_nothing(visit: Visit, report_id: str, photo: str) -> None:
    for who in (JUN, MINJI):
        pages = visit(who)
        pages.get("/me")
        pages.post(f"/console/reports/{report_id}/show-photo", 403, photo=photo)


def test_it_goes_with_its_person(app: Flask, visit: Visit, report_id: str, photo: str) -> None:
    assert photo in visit(MINJI).client.get("/me/export").text
    with unit_of_work(app.extensions["engine"]) as session:
        for hook in app.extensions["registry"].privacy:
            assert MINJI.id is not None
            hook.erase(session, MINJI.id, clock.now())
    assert waiting(app, report_id) == []
    assert NOTE not in visit(None).get(f"/reports/{report_id}")
    with Session(app.extensions["engine"]) as session:
        assert held_pictures(session, [photo], clock.now()) == set()


def test_what_waits_stays_through_a_joining_and_an_answer(
    app: Flask, visit: Visit, report_id: str, photo: str
) -> None:
    other = looked_report(visit, JUN, None)
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    pages.post(f"/console/reports/{report_id}/merge", into=other)
    assert waiting(app, report_id) == [photo]
    show(visit, report_id, photo)
    assert shown(app, report_id) == [photo]


def test_open_pages_follow_when_it_is_shown_and_hidden_again(
    visit: Visit,
    turn: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    report_id: str,
    photo: str,
) -> None:
    turn()
    heard: list[str] = []
    monkeypatch.setattr(realtime, "nudge", lambda _session, room, _item: heard.append(room))
    pages = show(visit, report_id, photo)
    for act in (None, undo):
        if act is not None:
            act(pages, report_id)
        heard.clear()
        turn()
        assert {"console", "reports", f"report:{report_id}"} <= set(heard)


def test_it_stays_through_a_settling_that_is_disputed(
    app: Flask, visit: Visit, report_id: str, photo: str
) -> None:
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    pages.post(f"/console/reports/{report_id}/answer", status="fixed", text="고쳤어요")
    mine = visit(MINJI)
    mine.get(f"/reports/{report_id}")
    mine.post(f"/reports/{report_id}/judge", settled="no", text="아직이에요")
    assert (shown(app, report_id), waiting(app, report_id)) == ([], [photo])


def test_where_part_of_the_work_is_anothers_so_is_the_photo(
    app: Flask, visit: Visit, report_id: str, photo: str
) -> None:
    settle_in(app)
    assert served(visit, photo, "large", OTHER) is None
    assert NOTE in visit(OTHER).get(f"/reports/{report_id}")
    visit(OTHER).get(f"/console/reports/{report_id}", 403)
    visit(OTHER).post(f"/console/reports/{report_id}/show-photo", 403, photo=photo)
    assert f"row-{report_id}" not in visit(OTHER).get("/console/?view=photos")


def test_a_step_of_showing_is_for_the_team_alone(
    app: Flask, visit: Visit, report_id: str, photo: str
) -> None:
    show(visit, report_id, photo)
    with Session(app.extensions["engine"]) as session:
        step = session.scalars(sa.select(ReportEntry).where(ReportEntry.kind == "photo_shown"))
        assert [one.public for one in step] == [False]
