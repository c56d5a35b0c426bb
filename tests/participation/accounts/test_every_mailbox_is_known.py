"""Real addresses lead in, whatever their domain is called and however it is written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from participation.accounts import directory
from participation.accounts.models import Person
from participation.accounts.rules import normal_email, readable_email
from services.auth import Actor
from services.config import Settings
from services.db import Session
from tests import servers
from tests.conftest import AT
from tests.pages import Pages

HANGUL, ASCII = "kim@회사.한국", "kim@xn--vf4b131b.xn--3e0b707e"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (HANGUL, ASCII),
        ("Kim@회사。한국", ASCII),
        (ASCII.upper(), ASCII),
        ("kim@seoul.photography", "kim@seoul.photography"),
        ("kim@museum.xn--vermgensberatung-pwb", "kim@museum.xn--vermgensberatung-pwb"),
        # Another domain than strasse.de, and another mailbox.
        ("kim@straße.de", "kim@xn--strae-oqa.de"),
        ("김@example.org", "김@example.org"),
        # The same word, as some systems take it apart.
        ("\u1100\u1175\u11b7@example.org", "김@example.org"),
        ("a.b+c_d@mail-1.example.co.kr", "a.b+c_d@mail-1.example.co.kr"),
        ("kim@b_c.example.org", "kim@b_c.example.org"),
    ],
)
def test_it_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert normal_email(typed) == kept
    assert normal_email(kept) == kept


@pytest.mark.parametrize(
    "odd",
    [
        *("kim@회사", "kim@회사..한국", "kim@example.c", "kim@example.1a", "kim@example.123"),
        *("kim@-a.org", "kim@a-.org", f"kim@{'a' * 64}.org", f"kim@example.{'o' * 64}"),
        *(f"kim@{'a.' * 130}org", "kim@a\u202eb.org", "kim@\u200d.org", "kim@", "@example.org"),
        *("kim@192.168.0.1", "kim@[192.168.0.1]", f"{'k' * 65}@example.org"),
    ],
)
def test_what_is_none_is_refused(odd: str) -> None:
    assert normal_email(odd) is None


def test_a_person_reads_it_as_people_write_it() -> None:
    assert readable_email(ASCII) == HANGUL
    for plain in ("kim@example.org", "kim@xn--zzzz.org"):
        assert readable_email(plain) == plain


def test_who_writes_either_way_is_the_same(session: Session) -> None:
    person = Person(display_name="김", email=ASCII, language="ko", created_at=AT)
    session.add(person)
    session.flush()
    assert directory.by_email(session, HANGUL) == directory.by_email(session, ASCII) == person.id
    assert directory.by_email(session, "kim") is None


@dataclass
class Plain:
    """A mail server that carries addresses of plain letters alone (no SMTPUTF8)."""

    taken: list[str]

    async def handle_DATA(  # noqa: N802  named by the library
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        self.taken += envelope.rcpt_tos
        return "250 2.0.0 Taken"


@pytest.mark.parametrize(("lang", "said"), [("en", "in Latin letters"), ("ko", "로마자")])
def test_what_the_mail_server_cannot_carry_is_said_beside_the_field(
    app: Flask, visit: Callable[[Actor | None], Pages], lang: str, said: str
) -> None:
    box, port = Plain([]), servers.free_port()
    control = Controller(box, hostname="127.0.0.1", port=port, enable_SMTPUTF8=False)
    control.start()
    settings: Settings = app.extensions["settings"]
    app.extensions["settings"] = msgspec.structs.replace(
        settings, smtp_url=f"smtp://127.0.0.1:{port}"
    )
    try:
        pages = visit(None)
        pages.client.set_cookie("lang", lang)
        pages.get("/sign-in")
        refused = pages.post("/sign-in", expect=422, email="김@example.org").text
        assert said in refused
        assert 'aria-invalid="true"' in refused
        pages.post("/sign-in", expect=200, email=HANGUL)
    finally:
        control.stop()
    assert box.taken == [ASCII]
