"""Letters come in over SMTP: nothing counts before its sender's word, and none is lost."""

import email
import email.policy
import re
import smtplib
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from participation.accounts import actions as accounts
from participation.reports.intake import actions as intake_actions
from participation.reports.intake import queries as intake_queries
from participation.reports.intake.models import LetterIn
from participation.reports.intake.queries import held_pictures
from participation.reports.models import Report
from services import clock, maps
from services.auth import STRANGER, Actor
from services.db import Session, unit_of_work
from services.letters import LetterOut, send_due
from services.serving import ingest
from tests.browser.visitor import ROOT, photo
from tests.conftest import AT
from tests.pages import Pages
from tests.participation.reports.intake.test_post_reading import exif
from tests.people import JUN
from tests.servers import ENV, free_port

Visit = Callable[[Actor | None], Pages]
DOMAIN = "city.example"
WRITER = "kim@example.org"
AUTHSERV = "mx.city.example"
FOUND_TRUE = f"{AUTHSERV}; dmarc=pass (p=none) header.from=example.org"


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    """The port of a real listener before the product."""
    number = free_port()
    given = {"mail_in_bind": f"127.0.0.1:{number}", "mail_in_domain": DOMAIN}
    settings = msgspec.structs.replace(
        app.extensions["settings"], **given, mail_in_authserv=AUTHSERV
    )
    app.extensions["settings"] = settings
    control, box = ingest.listener(app, settings)
    control.start()
    yield number
    box.close()
    control.stop()


@pytest.fixture
def street(engine: sa.Engine) -> str:
    with unit_of_work(engine) as session:
        name = "샘물로 21"
        row = {"name": name, "folded": maps.folded(name), "kind": 3, "lat": 34.21, "lon": 127.91}
        table = maps.places.PlaceName.__table__
        session.execute(sa.insert(table), [row | {"cell": 0}])
    return name


@pytest.fixture
def writer(engine: sa.Engine) -> Actor:
    """Someone with an account under the address that writes."""
    with unit_of_work(engine) as session:
        return Actor(accounts.join(session, STRANGER, "김", WRITER, at=AT))


def letter(text: str = "쓰레기가 쌓였어요", to: str = f"help+litter@{DOMAIN}") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = WRITER, to, "쓰레기"
    message["Message-ID"] = "<one@example.org>"
    message["Authentication-Results"] = FOUND_TRUE
    message.set_content(text)
    return message


def post(port: int, message: EmailMessage, sender: str = WRITER) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
        server.send_message(message, sender, [str(message["To"])])


def refusal(port: int, message: EmailMessage, sender: str = WRITER) -> int:
    with pytest.raises(smtplib.SMTPException) as caught:
        post(port, message, sender)
    error = caught.value
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))[0]
    assert isinstance(error, smtplib.SMTPResponseException)
    return error.smtp_code


def answers(app: Flask) -> list[EmailMessage]:
    """Send what is to be sent, and return the letters that went out."""
    settings = app.extensions["settings"]
    send_due(app.extensions["engine"], settings)
    files = sorted((settings.data_dir / "mail").glob("*.eml"))
    return [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in files]


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
    assert report.photo_hash is not None
    kept = app.extensions["photos"].store.path(report.photo_hash, "large").read_bytes()
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
    assert session.scalars(select(Report.photo_hash)).all() == [name]


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


def test_what_nobody_confirms_is_forgotten(session: Session, port: int) -> None:
    post(port, letter())
    later = clock.now() + timedelta(days=13)
    intake_actions.forget_letters(session, STRANGER, at=later)
    assert len(session.scalars(select(LetterIn)).all()) == 1
    intake_actions.forget_letters(session, STRANGER, at=later + timedelta(days=1, minutes=1))
    assert session.scalars(select(LetterIn)).all() == []


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
