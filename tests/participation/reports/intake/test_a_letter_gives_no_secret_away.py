"""What the city wrote to one person, and its links for them alone, come to nobody else's eyes."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from participation.reports.intake.models import LetterIn
from participation.reports.models import Report
from participation.reports.telling.rules import stop_url
from services.auth import Actor
from services.db import Session
from services.letter_links import without_secrets
from tests.browser.visitor import photo
from tests.pages import Pages
from tests.participation.reports.intake.letters import answers, letter, post
from tests.participation.reports.intake.test_post_reading import exif

Visit = Callable[[Actor | None], Pages]
BASE = "https://madang.example"
# As long as one of ours, and the same in each process that runs these.
TOKEN = "Xq8-b_D" * 6 + "0"
SOME = UUID("be9b323a-e021-41cd-b7a6-bf6c4d4a20e4")


def with_a_place(tmp_path: Path) -> bytes:
    """Return a photo that tells where it was taken."""
    data, block = photo(tmp_path / "bin.jpg").read_bytes(), exif(34.25, 127.95)
    return data[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]


def first_answer(app: Flask, port: int) -> tuple[str, str]:
    """Send what becomes a draft; return the city's subject and words."""
    post(port, letter("옆집 303호 김씨가 밤마다 쓰레기를 버려요"))
    (city,) = answers(app)
    return str(city["Subject"]), str(city.get_content())


@pytest.mark.parametrize("head", ["-----Original Message-----", "On Mon, 2 Nov, City wrote:"])
@pytest.mark.parametrize("own", ["", "Sent from my iPhone\n\n"])
def test_a_photo_in_answer_is_a_draft_without_the_citys_letter(
    app: Flask, session: Session, port: int, writer: Actor, tmp_path: Path, own: str, head: str
) -> None:
    subject, words = first_answer(app, port)
    message = letter(f"\n\n{own}{head}\n\n{words}")
    message.replace_header("Message-ID", "<two@example.org>")
    message.replace_header("Subject", f"Re: {subject}")
    message.add_attachment(with_a_place(tmp_path), maintype="image", subtype="jpeg")
    post(port, message)
    session.rollback()
    assert session.scalars(select(Report)).all() == []
    drafts = session.scalars(select(LetterIn).where(LetterIn.photo_hash.is_not(None))).all()
    assert [(one.state, one.text, one.lat) for one in drafts] == [("draft", "", 34.25)]


def test_a_secret_link_is_in_no_report_and_no_draft(
    app: Flask, session: Session, port: int, street: str, writer: Actor
) -> None:
    _, words = first_answer(app, port)
    (link,) = re.findall(r"http\S+draft=\S+", words)
    message = letter(f"여기가 안 열려요 {link}\n장소: {street}")
    message.replace_header("Message-ID", "<two@example.org>")
    message.replace_header("Subject", f"{link}")
    post(port, message)
    session.rollback()
    assert session.scalars(select(Report)).all() == []
    kept = session.scalars(select(LetterIn.text).where(LetterIn.place == street)).one()
    assert kept == "여기가 안 열려요"


def test_what_is_passed_on_in_silence_waits_for_its_senders_word(
    session: Session, port: int, street: str, writer: Actor
) -> None:
    told = f"-----Original Message-----\nFrom: a@b.kr\n\n장소: {street}\n가로등이 꺼졌어요"
    message = letter(told)
    message.replace_header("Subject", "FW: 가로등")
    post(port, message)
    assert session.scalars(select(Report)).all() == []
    assert "가로등이 꺼졌어요" in session.scalars(select(LetterIn.text)).one()


def test_a_subject_alone_is_a_senders_word(
    session: Session, port: int, writer: Actor, tmp_path: Path
) -> None:
    message = letter("\n")
    message.add_attachment(with_a_place(tmp_path), maintype="image", subtype="jpeg")
    post(port, message)
    assert session.scalars(select(Report.text)).all() == ["쓰레기"]


@pytest.mark.parametrize(
    "link",
    [
        f"{BASE}/reports/new?draft={TOKEN}",
        f"{BASE}/reports/judge/{TOKEN}/yes",
        f"{BASE}/reports/caller/{TOKEN}",
        stop_url(BASE, "secret", SOME, SOME),
        f"HTTP://MADANG.example/reports/new?lang=ko&draft={TOKEN}",
        f"madang.example/reports/judge/{TOKEN}",
        "https://safe.example/?url=https%3A%2F%2Fmadang.example%2Freports%2Fnew%3Fdraft%3D" + TOKEN,
    ],
)
def test_a_link_of_ours_with_a_secret_is_cut(link: str) -> None:
    assert without_secrets(f"여기 <{link}> 보세요\n{link}", BASE) == "여기 <> 보세요\n"


@pytest.mark.parametrize(
    "link",
    [
        f"{BASE}/reports/{SOME}",
        f"{BASE}/reports/{SOME}에서 봤어요",
        f"{BASE}/reports/?status=open",
        f"https://other.example/{TOKEN}",
        "madang.example",
    ],
)
def test_every_other_link_stays(link: str) -> None:
    assert without_secrets(f"여기 {link} 보세요", BASE) == f"여기 {link} 보세요"


def test_a_link_is_cut_where_the_city_has_a_port() -> None:
    there = "http://127.0.0.1:8000"
    for link in (f"{there}/reports/new?draft={TOKEN}", f"x?u=127.0.0.1%3A8000%2Fjudge%2F{TOKEN}"):
        assert TOKEN not in without_secrets(link, there)
