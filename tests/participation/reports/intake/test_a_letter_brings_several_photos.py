"""A letter's photos are kept, up to three; of what was not kept its sender is told."""

import re
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
import pyvips
import sqlalchemy as sa
from flask import Flask

from participation.reports.intake import actions
from participation.reports.intake.models import LetterIn, LetterPhoto
from participation.reports.intake.queries import held_pictures
from participation.reports.models import Report
from participation.reports.queries import photos_of
from services import clock
from services.auth import STRANGER, Actor
from services.db import Session, unit_of_work
from tests.pages import Pages
from tests.participation.reports.intake.letters import answers, letter, post
from tests.participation.reports.photos.covers import served
from tests.participation.reports.photos.looks import look_over, waiting
from tests.people import JUN

Visit = Callable[[Actor | None], Pages]
FORM = {"category": "litter", "text": "봉투", "lat": "34.2", "lon": "127.9"}


def picture(seed: int) -> bytes:
    """Return a picture as heavy as a photo, for it is nothing but noise."""
    noise = np.random.default_rng(seed).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    return bytes(pyvips.Image.new_from_array(noise).pngsave_buffer())


def send(port: int, *pictures: bytes, text: str = "쓰레기가 쌓였어요") -> None:
    message = letter(text)
    for data in pictures:
        message.add_attachment(data, maintype="image", subtype="png", filename="a.png")
    post(port, message)


def shown(session: Session) -> list[str]:
    return photos_of(session, session.scalars(sa.select(Report)).one())


def test_those_of_someone_known_are_the_reports_once_they_are_looked_over(
    app: Flask, session: Session, port: int, visit: Visit, writer: Actor, street: str
) -> None:
    send(port, *map(picture, (1, 2, 3)), text=f"쓰레기가 쌓였어요\n주소: {street}")
    report = session.scalars(sa.select(Report)).one()
    sent = waiting(app, str(report.id))
    assert (len(sent), shown(session)) == (3, [])
    assert served(visit, sent[0], "large", writer) is not None
    for other in (None, JUN):
        assert served(visit, sent[0], "large", other) is None
    assert "살펴본 뒤에" in answers(app)[0].get_content()
    session.rollback()
    look_over(app.extensions["engine"])
    assert shown(session) == sent
    assert served(visit, sent[0], "large") is not None
    assert "받지 못했어요" not in answers(app)[0].get_content()


def test_those_of_a_draft_wait_with_it_and_go_with_it(
    app: Flask, session: Session, port: int, visit: Visit
) -> None:
    send(port, *map(picture, (1, 2, 3)))
    first = session.scalars(sa.select(LetterIn.photo_hash)).one()
    further = session.scalars(sa.select(LetterPhoto.photo_hash).order_by(LetterPhoto.position))
    names = [str(first), *further]
    assert held_pictures(session, names, clock.now()) == set(names)
    for name in names:
        visit(JUN).get(f"/media/{name}/large.webp", 404)
    session.rollback()
    link = re.search(r"draft=(\S+)", answers(app)[0].get_content())
    assert link is not None
    # Whatever the form says of photos it sends itself: these nobody has seen yet.
    visit(JUN).post("/reports/", **FORM, looked="1", draft=link[1])
    assert shown(session) == []
    session.rollback()
    assert look_over(app.extensions["engine"]) == 3
    assert shown(session) == names
    assert session.scalars(sa.select(LetterPhoto)).all() == []


def test_a_draft_nobody_confirmed_leaves_none_behind(
    app: Flask, session: Session, port: int
) -> None:
    send(port, *map(picture, (1, 2)))
    with unit_of_work(app.extensions["engine"]) as work:
        actions.forget_letters(work, STRANGER, at=clock.now() + timedelta(days=15))
    assert session.scalars(sa.select(LetterPhoto)).all() == []


def test_a_fourth_is_not_kept_and_its_sender_is_told(
    app: Flask, session: Session, port: int
) -> None:
    send(port, *map(picture, range(5)))
    assert len(session.scalars(sa.select(LetterPhoto)).all()) == 2
    assert "2장은 받지 못했어요" in answers(app)[0].get_content()


def test_one_that_cannot_be_read_is_told_and_takes_no_place(
    app: Flask, session: Session, port: int
) -> None:
    send(port, b"\x89PNG\r\n\x1a\n" + b"x" * 9000, picture(1), picture(2), picture(2))
    assert len(session.scalars(sa.select(LetterPhoto)).all()) == 1
    assert "1장은 받지 못했어요" in answers(app)[0].get_content()


def plain(wide: int, high: int, ending: str = ".png") -> bytes:
    """Return a picture of few bytes, for there is nothing on it."""
    return bytes(pyvips.Image.black(wide, high).write_to_buffer(ending))


def send_drawn(
    port: int, drawn: bytes, *attached: bytes, by: str = "html", end: str = "png"
) -> None:
    """Post a letter that draws a picture among its words: its HTML says so, or the part itself."""
    message = letter()
    message.add_alternative('<p>쓰레기<img src="CID:mark%40kim">', subtype="html")
    said = {"disposition": "inline"} if by == "part" else {}
    part = {"maintype": "image", "subtype": end, "filename": "mark.png"} | said
    names = {"html": "<mark@kim>", "part": "<other@kim>", "none": None}
    for data in attached:
        message.add_attachment(data, maintype="image", subtype="png", filename="a.png")
    message.add_attachment(drawn, cid=names[by], **part)
    post(port, message)


def kept(session: Session) -> int:
    first = session.scalars(sa.select(LetterIn.photo_hash)).one()
    return len(session.scalars(sa.select(LetterPhoto)).all()) + (first is not None)


@pytest.mark.parametrize("by", ["html", "part"])
@pytest.mark.parametrize("end", ["png", "jpeg", "webp"])
def test_the_mark_under_a_signature_is_no_photo(
    app: Flask, session: Session, port: int, by: str, end: str
) -> None:
    mark = plain(200, 40, "." + end.replace("jpeg", "jpg"))
    send_drawn(port, mark, picture(1), by=by, end=end)
    assert kept(session) == 1
    assert "받지 못했어요" not in answers(app)[0].get_content()


def test_a_photo_of_few_bytes_is_kept_where_it_is_attached(session: Session, port: int) -> None:
    send(port, plain(40, 40), picture(1), plain(900, 600))
    assert kept(session) == 3


def test_what_is_drawn_and_large_in_points_is_a_photo(session: Session, port: int) -> None:
    send_drawn(port, plain(201, 40), picture(1))
    assert kept(session) == 2


def test_what_no_word_draws_is_attached(session: Session, port: int) -> None:
    send_drawn(port, plain(40, 40), picture(1), by="none")
    assert kept(session) == 2


def test_the_only_picture_is_kept_whatever_it_is(session: Session, port: int) -> None:
    send_drawn(port, plain(40, 40))
    assert kept(session) == 1


def test_what_is_drawn_and_attached_too_is_a_photo(session: Session, port: int) -> None:
    send_drawn(port, plain(40, 40), picture(1), plain(40, 40))
    assert kept(session) == 2
