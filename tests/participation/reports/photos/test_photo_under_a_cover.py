"""What the city covered of a photo is gone from every page, seen by moderators alone, and ends."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
import pyvips
import sqlalchemy as sa
from flask import Flask

from participation.reports.photos.models import CoveredPicture, PhotoOriginal
from services import clock, realtime
from services.audit.trail import AuditEntry
from services.db import Session, unit_of_work
from services.jobs import Scheduler
from tests.pages import Pages
from tests.people import JUN, MINJI, SOYEON, TAEHO

Visit = Callable[..., Pages]
BOX = {"x": "0.3", "y": "0.2", "w": "0.25", "h": "0.3"}
FORM = {"category": "litter", "text": "골목에 쓰레기", "lat": "34.21", "lon": "127.91"}
LATER = timedelta(days=31)


def street(red: int = 90) -> bytes:
    """Return a picture that is green but for a patch of red, where someone's face would be."""
    pixels = np.full((600, 800, 3), (40, 150, 60), dtype=np.uint8)
    pixels[120:300, 240:440] = (255, red, red)
    return bytes(pyvips.Image.new_from_array(pixels).pngsave_buffer())


def report(visit: Visit, who: object = MINJI, picture: bytes | None = None) -> str:
    pages = visit(who)
    pages.get("/reports/new")
    photo = (io.BytesIO(picture or street()), "a.png")
    answer = pages.post("/reports/", photo=photo, idempotency_key=uuid4().hex, **FORM)
    return str(answer.headers["Location"].split("/reports/")[1][:36])


def photo_of(visit: Visit, report_id: str) -> str:
    return visit(SOYEON).get(f"/console/reports/{report_id}").split("/media/")[1][:64]


def cover(visit: Visit, report_id: str, **box: str) -> str:
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    pages.post(f"/console/reports/{report_id}/redact", **(BOX | box))
    return photo_of(visit, report_id)


def served(visit: Visit, name: str, size: str, who: object = None) -> bytes | None:
    answer = visit(who).client.get(f"/media/{name}/{size}.webp", buffered=True)
    return answer.data if answer.status_code == 200 else None


def reds(data: bytes) -> int:
    """Return how many points are nearer to red than to green or black."""
    pixels = np.asarray(pyvips.Image.new_from_buffer(data, "").numpy(), dtype=int)
    return int(np.sum((pixels[..., 0] > 90) & (pixels[..., 0] > pixels[..., 1] + 30)))


def files_of(app: Flask, name: str) -> list[Path]:
    return sorted(app.extensions["settings"].media_dir.rglob(f"{name}*"))


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


def test_the_same_photo_is_covered_wherever_it_stands_or_comes_again(
    visit: Visit, turn: Callable[[], int]
) -> None:
    one, other = report(visit), report(visit, JUN)
    before = photo_of(visit, other)
    after = cover(visit, one)
    assert photo_of(visit, other) == after
    # Covered before anyone can see it, not when its delivery comes.
    again = report(visit, JUN)
    assert photo_of(visit, again) == after
    assert served(visit, before, "large") is None
    turn()
    assert photo_of(visit, again) == after


def test_the_same_photo_is_never_bare_again_however_late_it_comes(app: Flask, visit: Visit) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    after = cover(visit, report_id)
    last = cover(visit, report_id, x="0.8", w="0.1")
    scheduler = Scheduler(app.extensions["engine"], app.extensions["registry"].jobs)
    scheduler.turn(clock.now() + LATER)
    assert files_of(app, before) == []
    again = report(visit, JUN)
    assert photo_of(visit, again) == last != after
    assert served(visit, before, "large") is None
    # Nothing of the face is kept for the second one either.
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(PhotoOriginal)).all() == []
    scheduler.turn(clock.now() + 2 * LATER)
    assert files_of(app, before) == []
    assert served(visit, last, "large") is not None


def test_a_photo_uncovered_by_a_moderator_may_come_again_bare(visit: Visit) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    first = cover(visit, report_id)
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    pages.post(f"/console/reports/{report_id}/uncover")
    assert photo_of(visit, report(visit, JUN)) == before
    # Covered in the same place again, the cover itself is not taken for something covered.
    assert cover(visit, report_id) == first
    assert served(visit, first, "large") is not None
    assert served(visit, before, "large") is None


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


def test_after_thirty_days_it_is_off_the_disk(app: Flask, visit: Visit) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    after = cover(visit, report_id)
    scheduler = Scheduler(app.extensions["engine"], app.extensions["registry"].jobs)
    scheduler.turn(clock.now() + timedelta(days=29))
    assert len(files_of(app, before)) == 2
    scheduler.turn(clock.now() + LATER)
    assert files_of(app, before) == []
    assert len(files_of(app, after)) == 2
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(PhotoOriginal)).all() == []
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    pages.post(f"/console/reports/{report_id}/original", expect=404)


def test_a_file_that_another_report_shows_stays(app: Flask, visit: Visit) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    cover(visit, report_id)
    with unit_of_work(app.extensions["engine"]) as session:
        session.execute(sa.delete(PhotoOriginal))
        session.execute(sa.delete(CoveredPicture))
    report(visit, JUN)
    Scheduler(app.extensions["engine"], app.extensions["registry"].jobs).turn(clock.now() + LATER)
    assert len(files_of(app, before)) == 2


def test_a_photo_never_attached_is_gone_after_a_day(app: Flask, visit: Visit) -> None:
    name = app.extensions["photos"].accept(street(10))
    half = app.extensions["settings"].media_dir / name[:2] / "tmphalf"
    half.write_bytes(b"half")
    scheduler = Scheduler(app.extensions["engine"], app.extensions["registry"].jobs)
    scheduler.turn(clock.now())
    assert len(files_of(app, name)) == 2
    scheduler.turn(clock.now() + timedelta(hours=25))
    assert files_of(app, name) == []
    assert not half.exists()


def test_who_leaves_takes_the_photo_under_the_cover_along(app: Flask, visit: Visit) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    cover(visit, report_id)
    export = visit(MINJI).client.get("/me/export").json
    assert export is not None
    assert [one["report"] for one in export["report_photos"]["originals"]] == [report_id]
    hook = next(h for h in app.extensions["registry"].privacy if h.name == "report_photos")
    with unit_of_work(app.extensions["engine"]) as session:
        hook.erase(session, UUID(str(MINJI.id)), clock.now())
    scheduler = Scheduler(app.extensions["engine"], app.extensions["registry"].jobs)
    scheduler.turn(clock.now() + timedelta(hours=25))
    assert files_of(app, before) == []
