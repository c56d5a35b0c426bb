"""Photos that came by letter, through Open311 or without script, and the moderator who looks."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from participation.reports.models import Report
from participation.reports.photos.actions_look import show_photo
from participation.reports.photos.models import UnlookedPhoto
from participation.reports.photos.queries import WAITS, waiting_of
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from tests.pages import Pages
from tests.participation.reports.photos.covers import BOX, FORM, Visit, street
from tests.people import MINJI, SOYEON


def sent(visit: Visit, *shades: int, who: object = MINJI, **more: Any) -> str:
    """Send the form as a browser without script does, and return the report's id."""
    pages = visit(who)
    pages.get("/reports/new")
    photos = [(io.BytesIO(street(shade)), f"{shade}.png") for shade in shades or (90,)]
    told = FORM | {"looked": "", "idempotency_key": uuid4().hex} | more
    answer = pages.post("/reports/", photo=photos, **told)
    return str(answer.headers["Location"].split("/reports/")[1][:36])


def waiting(app: Flask, report_id: str) -> list[str]:
    with Session(app.extensions["engine"]) as session:
        return waiting_of(session, [UUID(report_id)]).get(UUID(report_id), [])


def show(visit: Visit, report_id: str, photo: str, expect: int = 303, **form: str) -> Pages:
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    pages.post(f"/console/reports/{report_id}/show-photo", expect, photo=photo, **form)
    return pages


def cover_it(visit: Visit, report_id: str, photo: str, expect: int = 303, **form: str) -> Pages:
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    pages.post(f"/console/reports/{report_id}/redact", expect, photo=photo, **(BOX | form))
    return pages


def look_over(engine: sa.Engine, who: Actor = SOYEON) -> int:
    """Let a moderator show every photo that waits; return how many did."""
    with unit_of_work(engine) as session:
        rows = session.execute(
            sa.select(UnlookedPhoto.report_id, UnlookedPhoto.photo_hash).where(WAITS)
        ).all()
        for report_id, photo in rows:
            report = session.get_one(Report, report_id)
            # Other systems read moments to the second.
            show_photo(session, who, report, photo, at=clock.now() + timedelta(seconds=2))
    return len(rows)


def told_of(client: FlaskClient, report_id: str) -> list[str]:
    """Return what pages, lists, feeds and other systems are told of a report."""
    paths = (
        "/",
        "/reports/",
        f"/reports/{report_id}",
        f"/reports/{report_id}/picture",
        f"/reports/{report_id}/standing",
        f"/reports/{report_id}/timeline",
        f"/reports/{report_id}/history.json",
        "/reports/map",
        "/reports/map/list?box=127,34,128,35&zoom=12",
        "/reports/api/view?box=127,34,128,35&zoom=17",
        "/reports/near?category=litter&lat=34.21&lon=127.91",
        "/open311/v2/requests.json?extensions=true",
        "/open311/v2/requests.xml?extensions=true",
        f"/open311/v2/requests/{report_id}.json?extensions=true",
        "/reports/feed.atom",
        "/reports/feed.geojson",
    )
    return [client.get(path).text for path in paths]
