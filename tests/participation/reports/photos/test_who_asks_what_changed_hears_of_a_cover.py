"""Covering, uncovering and covering again move the moment of change: the picture before must go."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report
from services import clock, realtime
from services.db import Session, unit_of_work
from tests.participation.reports.photos.covers import Visit, cover, photo_of, report
from tests.participation.reports.photos.looks import cover_it, sent, waiting
from tests.people import JUN, SOYEON

ASKED = "/open311/v2/requests.json?updated_after={}"


@pytest.fixture
def long_ago(app: Flask) -> Callable[[], None]:
    """Let every report have been changed last two days ago."""

    def set_back() -> None:
        with unit_of_work(app.extensions["engine"]) as session:
            then = clock.now() - timedelta(days=2)
            session.execute(sa.update(Report).values(changed_at=then))

    return set_back


def heard(visit: Visit) -> dict[str, str]:
    """Return what one who asked yesterday is told anew by Open311: photos by report."""
    yesterday = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = visit(None).client.get(ASKED.format(yesterday)).get_json()
    return {one["service_request_id"]: one["media_url"] for one in told}


def test_a_poller_of_open311_is_told_the_picture_that_hangs_now(
    visit: Visit, long_ago: Callable[[], None]
) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    long_ago()
    assert heard(visit) == {}
    after = cover(visit, report_id)
    assert after in heard(visit)[report_id]
    long_ago()
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    pages.post(f"/console/reports/{report_id}/uncover")
    assert before in heard(visit)[report_id]


def test_it_is_told_of_every_report_that_shows_the_same(
    visit: Visit, long_ago: Callable[[], None]
) -> None:
    mine, theirs = report(visit), report(visit, JUN)
    long_ago()
    after = cover(visit, mine)
    told = heard(visit)
    assert set(told) == {mine, theirs}
    assert all(after in url for url in told.values())


def test_what_waited_and_was_covered_is_told_too(
    app: Flask, visit: Visit, long_ago: Callable[[], None]
) -> None:
    report_id = sent(visit)
    long_ago()
    cover_it(visit, report_id, waiting(app, report_id)[0])
    assert set(heard(visit)) == {report_id}


def test_a_feed_says_that_it_changed(visit: Visit, long_ago: Callable[[], None]) -> None:
    report_id = report(visit)
    long_ago()
    client = visit(None).client
    said = client.get("/reports/feed.atom").headers["Last-Modified"]
    assert client.get("/reports/feed.atom", headers={"If-Modified-Since": said}).status_code == 304
    after = cover(visit, report_id)
    answer = client.get("/reports/feed.atom", headers={"If-Modified-Since": said})
    assert (answer.status_code, after in answer.text) == (200, True)


def test_every_page_that_shows_the_same_is_nudged(
    visit: Visit, turn: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = report(visit), report(visit, JUN)
    turn()
    rooms: list[str] = []
    real = realtime.nudge

    def nudge(session: Session, room: str, item: object) -> None:
        rooms.append(room)
        real(session, room, item)

    monkeypatch.setattr(realtime, "nudge", nudge)
    cover(visit, mine)
    turn()
    assert {f"report:{mine}", f"report:{theirs}"} <= set(rooms)
