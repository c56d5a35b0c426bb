"""A photo covered once is covered in every report that shows it, however late it comes."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask

from participation.reports.photos.models import PhotoOriginal
from services import clock
from services.db import Session
from services.jobs import Scheduler
from tests.participation.reports.photos.covers import (
    LATER,
    Visit,
    cover,
    files_of,
    photo_of,
    report,
    served,
)
from tests.people import JUN, SOYEON


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
