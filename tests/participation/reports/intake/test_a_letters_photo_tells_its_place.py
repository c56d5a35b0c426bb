"""The photo of a letter tells where it was taken, loses that, and is kept for its report."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from participation.reports.intake.models import LetterIn
from participation.reports.intake.queries import held_pictures
from participation.reports.models import Report
from participation.reports.photos.queries import held_pictures as held_of_reports
from services import clock
from services.auth import Actor
from services.db import Session
from tests.browser.visitor import photo
from tests.pages import Pages
from tests.participation.reports.intake.letters import answers, letter, post
from tests.participation.reports.intake.test_post_reading import exif
from tests.participation.reports.photos.looks import waiting
from tests.people import JUN

Visit = Callable[[Actor | None], Pages]


def test_the_photo_tells_the_place_and_loses_it(
    app: Flask, session: Session, port: int, writer: Actor, tmp_path: Path
) -> None:
    data = photo(tmp_path / "bin.jpg").read_bytes()
    block = exif(34.25, 127.95)
    taken = data[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]
    message = letter()
    message.add_attachment(b"MZ", maintype="application", subtype="zip", filename="a.zip")
    message.add_attachment(taken, maintype="image", subtype="jpeg", filename="b.jpg")
    post(port, message)
    report = session.scalars(select(Report)).one()
    assert (report.lat, report.lon) == pytest.approx((34.25, 127.95), abs=1e-4)
    assert report.photo_hash is None
    (name,) = waiting(app, str(report.id))
    kept = app.extensions["photos"].store.path(name, "large").read_bytes()
    assert b"Exif" not in kept


def test_a_drafts_photo_stays_until_it_is_used(
    app: Flask, session: Session, port: int, visit: Visit, tmp_path: Path
) -> None:
    message = letter()
    data = photo(tmp_path / "bin.jpg").read_bytes()
    message.add_attachment(data, maintype="image", subtype="jpeg", filename="b.jpg")
    post(port, message)
    name = session.scalars(select(LetterIn.photo_hash)).one()
    assert held_pictures(session, [str(name)], clock.now()) == {name}
    visit(JUN).get(f"/media/{name}/large.webp", 404)
    link = re.search(r"draft=(\S+)", answers(app)[0].get_content())
    assert link is not None
    form = {"category": "litter", "text": "봉투", "lat": "34.2", "lon": "127.9"}
    visit(JUN).post("/reports/", **form, draft=link[1])
    session.rollback()
    report = session.scalars(select(Report)).one()
    assert (report.photo_hash, waiting(app, str(report.id))) == (None, [name])
    assert held_of_reports(session, [str(name)], clock.now()) == {name}
