"""Whatever becomes of a photo, what lies on the disk in the end is what is shown or waits."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report
from participation.reports.photos.actions import cover_photo
from participation.reports.photos.models import CoveredPicture, PhotoOriginal
from services import clock
from services.db import Session, unit_of_work
from tests.participation.reports.photos.covers import (
    FORM,
    LATER,
    Visit,
    cover,
    photo_of,
    report,
    street,
)
from tests.participation.reports.photos.looks import cover_it, sent, show, waiting
from tests.participation.reports.photos.test_a_photo_is_removed import remove, undo
from tests.participation.reports.photos.test_a_report_has_several_photos import shown
from tests.people import JUN, MINJI, SOYEON

WORK = ("reports.originals", "reports.removed_photos", "media.sweep")
DAY = timedelta(hours=25)
Left = Callable[[timedelta], set[str]]
SECOND = {"x": "0.8", "w": "0.1"}


@pytest.fixture
def left(app: Flask) -> Left:
    """Return the pictures on the disk, each whole, once the timed work was done so much later."""
    jobs = {job.name: job.run for job in app.extensions["registry"].jobs}

    def found(later: timedelta) -> set[str]:
        for name in WORK:
            with unit_of_work(app.extensions["engine"]) as session:
                jobs[name](session, clock.now() + later)
        folder = Path(app.extensions["settings"].media_dir)
        files = sorted(path.name for path in folder.rglob("*") if path.is_file())
        names = {name.split(".")[0] for name in files}
        sizes = ("large", "small")
        assert files == sorted(f"{name}.{size}.webp" for name in names for size in sizes)
        return names

    return found


def covers(app: Flask) -> int:
    with Session(app.extensions["engine"]) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(CoveredPicture)) or 0


def cover_at(app: Flask, report_id: str, before: str, x: float, days: int) -> str:
    """Let a moderator cover a part in so many days; return what is shown then."""
    after = str(app.extensions["photos"].redact(before, [(x, 0.1, 0.2, 0.2)], by="clerk"))
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.get_one(Report, UUID(report_id))
        at = clock.now() + timedelta(days=days)
        cover_photo(session, SOYEON, row, before, after, at=at)
    return after


def test_covered_twice_the_last_cover_is_left(visit: Visit, left: Left) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    first = cover(visit, report_id)
    last = cover(visit, report_id, **SECOND)
    assert len({before, first, last}) == 3
    assert left(DAY) == {before, last}
    assert left(LATER) == {last}


def test_a_second_cover_gives_the_original_no_longer_life(
    app: Flask, visit: Visit, left: Left
) -> None:
    report_id = report(visit)
    first = cover_at(app, report_id, photo_of(visit, report_id), 0.3, days=0)
    last = cover_at(app, report_id, first, 0.7, days=20)
    assert left(LATER) == {last}


def test_covered_once_more_after_the_original_ended_that_does_not_come_back(
    app: Flask, visit: Visit, left: Left
) -> None:
    """Though the hourly work had not let go of it yet."""
    report_id = report(visit)
    before = photo_of(visit, report_id)
    first = cover_at(app, report_id, before, 0.3, days=0)
    last = cover_at(app, report_id, first, 0.7, days=31)
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(PhotoOriginal.photo_hash)).all() == [first]
    assert left(LATER) == {first, last}
    assert left(2 * LATER) == {last}


def test_covers_in_steps_that_came_off_are_left_nowhere(
    app: Flask, visit: Visit, left: Left
) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    cover(visit, report_id)
    cover(visit, report_id, **SECOND)
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    pages.post(f"/console/reports/{report_id}/uncover")
    assert left(DAY) == {before}
    assert covers(app) == 0


def test_removed_after_covering_nothing_is_left(visit: Visit, left: Left) -> None:
    report_id = report(visit)
    cover(visit, report_id)
    remove(visit, report_id, cover(visit, report_id, **SECOND))
    assert left(DAY) == set()
    # Sent anew it is on the disk until the next clean-up, and is shown by nobody.
    pages = visit(JUN)
    pages.get("/reports/new")
    photo = (io.BytesIO(street()), "a.png")
    pages.post("/reports/", 422, photo=photo, idempotency_key=uuid4().hex, **FORM)
    assert left(timedelta(0)) != set()
    assert left(DAY) == set()


def test_removed_and_hung_again_the_original_ends_when_it_would_have(
    visit: Visit, left: Left
) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    after = cover(visit, report_id)
    undo(remove(visit, report_id, after), report_id)
    assert left(DAY) == {before, after}
    assert left(LATER) == {after}


def test_removed_from_all_that_show_it_nothing_is_left(visit: Visit, left: Left) -> None:
    mine, theirs = report(visit), report(visit, JUN)
    after = cover(visit, mine)
    remove(visit, mine, after)
    assert after in left(DAY)
    remove(visit, theirs, after)
    assert left(LATER) == set()


def test_refused_unlooked_nothing_is_left(app: Flask, visit: Visit, left: Left) -> None:
    report_id = sent(visit)
    (photo,) = waiting(app, report_id)
    assert left(LATER) == {photo}
    remove(visit, report_id, photo)
    assert left(LATER) == set()


def test_covered_while_it_waited_the_cover_is_left(app: Flask, visit: Visit, left: Left) -> None:
    report_id = sent(visit)
    (photo,) = waiting(app, report_id)
    cover_it(visit, report_id, photo)
    after = photo_of(visit, report_id)
    assert left(DAY) == {photo, after}
    assert left(LATER) == {after}


def test_shown_and_covered_the_cover_is_left(app: Flask, visit: Visit, left: Left) -> None:
    report_id = sent(visit)
    show(visit, report_id, waiting(app, report_id)[0])
    after = cover(visit, report_id)
    assert left(LATER) == {after}


def test_joined_with_another_each_keeps_what_it_shows(app: Flask, visit: Visit, left: Left) -> None:
    mine, theirs = report(visit), report(visit, JUN, street(10))
    cover(visit, mine)
    (after,), (other,) = shown(app, mine), shown(app, theirs)
    waits = sent(visit, 140)
    (photo,) = waiting(app, waits)
    for one in (mine, waits):
        pages = visit(SOYEON)
        pages.get(f"/console/reports/{one}")
        pages.post(f"/console/reports/{one}/merge", into=theirs)
    assert left(LATER) == {after, other, photo}
    remove(visit, mine, after)
    remove(visit, waits, photo)
    assert left(LATER) == {other}


def test_who_leaves_leaves_what_is_shown_alone(app: Flask, visit: Visit, left: Left) -> None:
    covered, waits, removed = report(visit), sent(visit, 140), report(visit, MINJI, street(240))
    for one in (covered, removed):
        cover(visit, one)
    (after,), (off,) = shown(app, covered), shown(app, removed)
    assert (after != off, len(waiting(app, waits))) == (True, 1)
    remove(visit, removed, off)
    pages = visit(MINJI)
    pages.get("/me/erase")
    pages.post("/me/erase")
    assert left(DAY) == {after}
