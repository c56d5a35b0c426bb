"""What the city covered of a photo is gone from every page, and seen by moderators alone."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from services import realtime
from services.audit.trail import AuditEntry
from services.db import Session
from tests.participation.reports.photos.covers import (
    Visit,
    cover,
    photo_of,
    reds,
    report,
    served,
    street,
)
from tests.people import JUN, MINJI, SOYEON, TAEHO


def test_nothing_of_it_is_left_in_any_size(visit: Visit) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    assert all(reds(served(visit, before, size) or b"") > 500 for size in ("large", "small"))
    after = cover(visit, report_id)
    assert after != before
    for size in ("large", "small"):
        data = served(visit, after, size)
        assert data is not None
        assert reds(data) == 0


def test_the_photo_before_has_no_address_any_more(visit: Visit) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    cover(visit, report_id)
    for who in (None, JUN, MINJI, TAEHO, SOYEON):
        assert served(visit, before, "large", who) is None
        assert served(visit, before, "small", who) is None


def test_no_page_and_no_feed_names_it(visit: Visit) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    after = cover(visit, report_id)
    pages = visit(None)
    shown = [
        pages.client.get(path).text
        for path in (
            "/",
            "/reports/",
            f"/reports/{report_id}",
            "/reports/map",
            "/reports/map/list?box=127,34,128,35&zoom=12",
            "/reports/near?category=litter&lat=34.21&lon=127.91",
            "/open311/v2/requests.json",
            f"/open311/v2/requests/{report_id}.json",
            "/reports/feed.atom",
            "/reports/feed.geojson",
            f"/reports/{report_id}/history.json",
        )
    ]
    shown += [visit(MINJI).client.get("/me/export").text]
    assert not any(before in text for text in shown)
    assert sum(after in text for text in shown) >= 6


def test_what_no_report_shows_is_closed(app: Flask, visit: Visit) -> None:
    name = app.extensions["photos"].accept(street())
    for who in (None, MINJI, SOYEON):
        assert served(visit, name, "large", who) is None


def test_a_covered_photo_is_asked_for_again_soon_and_kept_by_nobody_else(visit: Visit) -> None:
    report_id = report(visit)
    name = photo_of(visit, report_id)
    client, path = visit(None).client, f"/media/{name}/large.webp"
    first = client.get(path, buffered=True)
    known = {"If-None-Match": first.headers["ETag"]}
    rule = first.headers["Cache-Control"]
    assert "private" in rule
    assert "immutable" not in rule
    assert client.get(path, headers=known, buffered=True).status_code == 304
    cover(visit, report_id)
    assert client.get(path, headers=known).status_code == 404


def test_a_moderator_looks_at_it_and_each_look_is_on_record(app: Flask, visit: Visit) -> None:
    report_id = report(visit)
    cover(visit, report_id)
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    for _ in range(2):
        answer = pages.post(f"/console/reports/{report_id}/original", expect=200)
        assert "no-store" in answer.headers["Cache-Control"]
        assert "data:image/webp;base64," in answer.text
    with Session(app.extensions["engine"]) as session:
        looks = sa.select(AuditEntry).where(AuditEntry.verb == "look_at_original")
        assert [look.actor_id for look in session.scalars(looks)] == [SOYEON.id] * 2
    for who in (TAEHO, MINJI):
        visit(who).post(f"/console/reports/{report_id}/original", expect=403)
        visit(who).post(f"/console/reports/{report_id}/uncover", expect=403)


def test_covers_in_steps_come_off_together(visit: Visit) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    cover(visit, report_id)
    cover(visit, report_id, x="0.8", w="0.1")
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    pages.post(f"/console/reports/{report_id}/uncover")
    assert photo_of(visit, report_id) == before
    assert served(visit, before, "small") is not None
    pages.post(f"/console/reports/{report_id}/uncover", expect=404)


def test_several_boxes_are_covered_at_once(visit: Visit) -> None:
    report_id = report(visit)
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    boxes = {"x": ["0.3", "0.42"], "y": ["0.2", "0.2"], "w": ["0.13", "0.13"], "h": ["0.3", "0.3"]}
    pages.post(f"/console/reports/{report_id}/redact", **boxes)
    data = served(visit, photo_of(visit, report_id), "large")
    assert data is not None
    assert reds(data) == 0
    pages.post(f"/console/reports/{report_id}/redact", expect=422, **(boxes | {"h": ["0.3"]}))
    pages.post(f"/console/reports/{report_id}/redact", expect=422, x="2", y="0", w="1", h="1")


def test_open_pages_and_maps_hear_of_a_cover(
    app: Flask, visit: Visit, turn: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    report_id = report(visit)
    turn()
    page = visit(None).get(f"/reports/{report_id}")
    assert f'data-live-src="/reports/{report_id}/picture"' in page
    heard: list[str] = []
    real = realtime.nudge

    def nudge(session: Session, room: str, item: object) -> None:
        heard.append(room)
        real(session, room, item)

    monkeypatch.setattr(realtime, "nudge", nudge)
    after = cover(visit, report_id)
    turn()
    assert f"report:{report_id}" in heard
    assert any(room.startswith("tile:") for room in heard)
    assert "console" in heard
    part = visit(None).client.get(f"/reports/{report_id}/picture").text
    assert f"/media/{after}/large.webp" in part
    assert "<h1" not in part
