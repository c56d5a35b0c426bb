"""What lies under a cover ends, as does what no report shows; what a report shows stays."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from participation.reports.photos.models import CoveredPicture, PhotoOriginal
from services import clock
from services.db import Session, unit_of_work
from services.jobs import Scheduler
from tests.participation.reports.photos.covers import (
    LATER,
    Visit,
    cover,
    files_of,
    photo_of,
    report,
    street,
)
from tests.people import JUN, MINJI, SOYEON


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
