"""A letter's photos are kept, up to three; of what was not kept its sender is told."""

import re
from collections.abc import Callable
from datetime import timedelta

import numpy as np
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


def test_those_of_someone_known_are_the_reports(
    app: Flask, session: Session, port: int, writer: Actor, street: str
) -> None:
    send(port, *map(picture, (1, 2, 3)), text=f"쓰레기가 쌓였어요\n주소: {street}")
    assert len(shown(session)) == 3
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
    visit(JUN).post("/reports/", **FORM, draft=link[1])
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


def test_the_mark_under_a_signature_is_no_photo(app: Flask, session: Session, port: int) -> None:
    mark = bytes(pyvips.Image.black(40, 40).pngsave_buffer())
    send(port, mark, picture(1))
    assert session.scalars(sa.select(LetterPhoto)).all() == []
    assert session.scalars(sa.select(LetterIn.photo_hash)).one() is not None
    assert "받지 못했어요" not in answers(app)[0].get_content()
