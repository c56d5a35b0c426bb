"""Letters come in over SMTP: none is lost, machines get no answer, and all have a bound."""

import subprocess
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select

from participation.reports.intake import queries as intake_queries
from participation.reports.intake.models import LetterIn
from participation.reports.models import Report
from services import clock
from services.auth import Actor
from services.db import Session
from services.letters import LetterOut
from services.serving import ingest
from tests.browser.visitor import ROOT
from tests.participation.reports.intake.letters import (
    AUTHSERV,
    DOMAIN,
    WRITER,
    answers,
    letter,
    post,
    refusal,
)
from tests.servers import ENV, free_port


def test_one_sender_and_all_together_have_a_bound(
    session: Session, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_queries, "OF_ONE_AN_HOUR", 2)
    monkeypatch.setattr(intake_queries, "OF_ALL_AN_HOUR", 3)
    for number, sender, code in (
        (1, WRITER, None),
        (2, WRITER, None),
        (3, WRITER, 451),
        (4, "lee@example.org", None),
        (5, "park@example.org", 451),
    ):
        message = letter()
        message.replace_header("Message-ID", f"<{number}@example.org>")
        message.replace_header("From", sender)
        if code is None:
            post(port, message)
        else:
            assert refusal(port, message) == code
    assert len(session.scalars(select(LetterIn)).all()) == 3
    hour = clock.now() + timedelta(hours=1, minutes=1)
    assert not intake_queries.letters_full(session, WRITER, hour)


@pytest.mark.parametrize("header", ["Auto-Submitted", "List-Id", "Precedence"])
def test_a_machine_is_never_answered(app: Flask, session: Session, port: int, header: str) -> None:
    message = letter()
    message[header] = {"Precedence": "bulk", "List-Id": "<a.b>"}.get(header, "auto-generated")
    post(port, message)
    bounce = letter()
    bounce.replace_header("Message-ID", "<two@example.org>")
    post(port, bounce, "")
    assert answers(app) == []
    rows = session.execute(select(LetterIn.state, LetterIn.text)).all()
    assert [tuple(row) for row in rows] == [("ignored", "")] * 2


def test_the_same_letter_twice_is_one(
    app: Flask, session: Session, port: int, street: str, writer: Actor
) -> None:
    for _ in range(3):
        post(port, letter(f"쓰레기\n장소: {street}"))
    assert len(session.scalars(select(Report)).all()) == 1
    assert len(answers(app)) == 1


def test_two_machines_do_not_write_to_each_other_for_ever(
    app: Flask, session: Session, port: int
) -> None:
    for n in range(8):
        message = letter()
        message.replace_header("Message-ID", f"<{n}@example.org>")
        post(port, message)
    assert len(session.scalars(select(LetterIn)).all()) == 8
    assert len(session.scalars(select(LetterOut)).all()) == 5


def test_other_domains_and_large_letters_are_refused(port: int) -> None:
    assert refusal(port, letter(to="help@elsewhere.example")) == 550
    assert refusal(port, letter(to="help@sub.city.example")) == 550
    large = letter()
    large.add_attachment(b"x" * (10 * 2**20), maintype="image", subtype="jpeg")
    assert refusal(port, large) == 552


def test_while_the_database_is_away_the_mail_server_keeps_the_letter(
    app: Flask, session: Session, port: int, street: str
) -> None:
    engine = app.extensions["engine"]
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE letter_in RENAME TO letter_away")
    assert refusal(port, letter()) == 451
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE letter_away RENAME TO letter_in")
    post(port, letter())
    assert session.scalars(select(LetterIn.state)).all() == ["draft"]


def test_the_process_takes_letters_and_stops_well(
    app: Flask, session: Session, street: str, writer: Actor, tmp_path: Path
) -> None:
    settings, number = app.extensions["settings"], free_port()
    env = ENV | {
        "MADANG_MODE": "test",
        "DATABASE_URL": settings.database_url,
        "MADANG_DATA_DIR": str(tmp_path / "var"),
        "MADANG_MAIL_IN_BIND": f"127.0.0.1:{number}",
        "MADANG_MAIL_IN_DOMAIN": DOMAIN,
        "MADANG_MAIL_IN_AUTHSERV": AUTHSERV,
    }
    command = [str(ROOT / ".venv" / "bin" / "python"), "-m", "app", "ingest"]
    log = tmp_path / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=errors
        )
    try:
        assert process.stdout is not None
        assert b"takes letters" in process.stdout.readline()
        post(number, letter(f"쓰레기\n장소: {street}"))
        assert len(session.scalars(select(Report)).all()) == 1
        process.terminate()
        assert process.wait(30) == 0
        assert WRITER not in log.read_text()
    finally:
        process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def test_what_comes_while_the_process_ends_stays_with_the_mail_server(app: Flask) -> None:
    given = {"mail_in_bind": f"127.0.0.1:{free_port()}", "mail_in_domain": DOMAIN}
    settings = msgspec.structs.replace(app.extensions["settings"], **given)
    control, box = ingest.listener(app, settings)
    control.start()
    box.close()
    assert refusal(int(given["mail_in_bind"].split(":")[1]), letter()) == 451
    control.stop()
