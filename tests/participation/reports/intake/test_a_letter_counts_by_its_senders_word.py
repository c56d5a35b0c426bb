"""Letters come in over SMTP: nothing counts before its sender's word."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from participation.reports.intake import actions as intake_actions
from participation.reports.intake.models import LetterIn
from participation.reports.models import Report
from services import clock
from services.auth import STRANGER, Actor
from services.db import Session
from tests.pages import Pages
from tests.participation.reports.intake.letters import AUTHSERV, WRITER, answers, letter, post
from tests.people import JUN

Visit = Callable[[Actor | None], Pages]


def test_a_strangers_letter_waits_for_the_click_and_then_is_a_report(
    app: Flask, session: Session, port: int, street: str, visit: Visit
) -> None:
    post(port, letter(f"쓰레기가 쌓였어요\n장소: {street}"))
    assert session.scalars(select(Report)).all() == []
    (answer,) = answers(app)
    assert answer["To"] == WRITER
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["In-Reply-To"] == "<one@example.org>"
    link = re.search(r"/reports/new\?draft=\S+", answer.get_content())
    assert link is not None
    pages = visit(JUN)
    page = pages.get(link[0])
    assert session.scalars(select(Report)).all() == []
    form = dict(
        re.findall(r'name="(draft|idempotency_key|opened|lat|lon|place)" value="([^"]*)"', page)
    )
    form["lat"], form["lon"] = (
        re.search(rf'name="{n}" value="([^"]+)"', page)[1] for n in ("lat", "lon")
    )
    assert "쓰레기가 쌓였어요" in page
    assert 'value="litter" required checked' in page
    told = {**form, "category": "litter", "text": "쓰레기가 쌓였어요", "place": street}
    first = pages.post("/reports/", **told)
    again = pages.post("/reports/", **told)
    assert first.headers["Location"] == again.headers["Location"]
    session.rollback()
    report = session.scalars(select(Report)).one()
    assert (report.reporter_id, report.place, report.lat) == (JUN.id, street, 34.21)
    row = session.scalars(select(LetterIn)).one()
    assert (row.state, row.text, row.token_hash, row.report_id) == ("used", "", None, report.id)


def test_a_known_senders_letter_with_a_place_is_a_report_at_once(
    app: Flask, session: Session, port: int, street: str, writer: Actor
) -> None:
    post(port, letter(f"쓰레기가 쌓였어요\n장소: {street}"))
    report = session.scalars(select(Report)).one()
    assert (report.reporter_id, report.category, report.place) == (writer.id, "litter", street)
    assert report.text == "쓰레기가 쌓였어요"
    assert f"/reports/{report.id}" in answers(app)[0].get_content()
    assert session.scalars(select(LetterIn.text)).all() == [""]


def test_without_a_place_even_a_known_sender_is_asked(
    app: Flask, session: Session, port: int, writer: Actor
) -> None:
    post(port, letter())
    assert session.scalars(select(Report)).all() == []
    assert "draft=" in answers(app)[0].get_content()


@pytest.mark.parametrize(
    "found",
    [
        "",
        f"{AUTHSERV}; none",
        f"{AUTHSERV}; dmarc=fail header.from=example.org",
        "mx.elsewhere.example; dmarc=pass header.from=example.org",
        f"{AUTHSERV}; spf=pass smtp.mailfrom=example.org",
        f"{AUTHSERV}; dmarc=pass header.from=forger.example",
        f"{AUTHSERV}; dmarc=none (dmarc=pass header.from=example.org)",
    ],
    ids=["nothing", "no finding", "failed", "another's", "spf alone", "other domain", "comment"],
)
def test_a_forged_sender_is_nobody_we_know(
    app: Flask, session: Session, port: int, street: str, writer: Actor, found: str
) -> None:
    message = letter(f"쓰레기\n장소: {street}")
    del message["Authentication-Results"]
    if found:
        message["Authentication-Results"] = found
    post(port, message)
    assert session.scalars(select(Report)).all() == []
    assert session.scalars(select(LetterIn.person_id)).all() == [None]
    # Whoever has the mailbox decides, by the link.
    assert "/reports/new?draft=" in answers(app)[0].get_content()


def test_what_nobody_confirms_is_forgotten(session: Session, port: int) -> None:
    post(port, letter())
    later = clock.now() + timedelta(days=13)
    intake_actions.forget_letters(session, STRANGER, at=later)
    assert len(session.scalars(select(LetterIn)).all()) == 1
    intake_actions.forget_letters(session, STRANGER, at=later + timedelta(days=1, minutes=1))
    assert session.scalars(select(LetterIn)).all() == []
