"""A commit is heard at once, in this process and in the others; the poll is only the net below."""

import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

import app as application
from participation.events.reports import ReportChanged, ReportOpened
from services import clock, letters, outbox
from services.config import Settings, load
from services.db import Session, reading_session, unit_of_work
from services.letters import LetterOut
from services.serving import background as loops
from services.serving.background import Background, start_work
from tests import servers
from tests.flows.processes import browser, eventually, open_report, process, token_of
from tests.people import MINJI

# Longer than the test may take: who hears anything was woken.
NEVER_S = 3600.0
SOON_S = 60.0


@pytest.fixture(autouse=True)
def _no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "POLL_S", NEVER_S)


@contextmanager
def working(app: Flask) -> Iterator[Background]:
    """Run what a worker runs, after its first look."""
    background = Background()
    # The loops that services add are cut off with their process; a test ends without.
    app.extensions["background"] = []
    start_work(app, background)
    relay = app.extensions["hub"].relay
    if relay is not None:
        background.start(relay.listen)
        assert relay.ready.wait(SOON_S)
    try:
        yield background
    finally:
        background.stop()
        if relay is not None:
            relay.close()


def tell(app: Flask, what: str = "x") -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        event = ReportChanged(report_id=UUID(int=1), what=what)
        outbox.publish(session, event, at=clock.now())


def test_the_dispatcher_of_this_process(app: Flask) -> None:
    heard = threading.Event()

    def hear(_session: Session, event: ReportChanged) -> None:
        if event.what == "second":
            heard.set()

    app.extensions["registry"].subscriptions.on(ReportChanged, hear)
    with working(app):
        for what in ("first", "second"):
            tell(app, what)
        assert heard.wait(SOON_S)


def test_emergencies_are_told_while_the_other_lane_is_held_up(app: Flask) -> None:
    slow_began, let_go, told = threading.Event(), threading.Event(), threading.Event()

    def slow(_session: Session, event: ReportChanged) -> None:
        slow_began.set()
        assert let_go.wait(SOON_S)

    def urgent(_session: Session, event: ReportChanged) -> None:
        if event.what == "fire":
            told.set()

    subscriptions = app.extensions["registry"].subscriptions
    subscriptions.on(ReportChanged, slow)
    subscriptions.on(ReportChanged, urgent, lane="emergency")
    with working(app):
        tell(app)
        assert slow_began.wait(SOON_S)
        tell(app, "fire")
        assert told.wait(SOON_S)
        let_go.set()


def test_a_letter_leaves_at_once(app: Flask) -> None:
    engine, settings = app.extensions["engine"], app.extensions["settings"]
    with working(app):
        with unit_of_work(engine) as session:
            letters.enqueue(session, "a@example.org", "s", "t", at=clock.now())
        eventually(lambda: waiting_letters(engine) == 0, SOON_S)
    assert len(list((settings.data_dir / "mail").glob("*.eml"))) == 1


def waiting_letters(engine: sa.Engine) -> int:
    with reading_session(engine) as session:
        return session.scalar(sa.select(sa.func.count(LetterOut.id))) or 0


@pytest.fixture
def apart(settings: Settings, tmp_path: Path, engine: sa.Engine) -> Iterator[dict[str, str]]:
    """The settings of processes that meet in Redis and in one database."""
    with servers.redis() as redis:
        yield {
            "MADANG_MODE": "test",
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": redis,
            "MADANG_DATA_DIR": str(tmp_path / "var"),
            "MADANG_MAIL_IN_DOMAIN": "reports.example.org",
        }


@contextmanager
def worker(env: dict[str, str], hear: threading.Event) -> Iterator[Flask]:
    """A worker in this process that hears of reports opened in others."""
    app = application.create_app(load(env))

    def opened(_session: Session, _event: ReportOpened) -> None:
        hear.set()

    app.extensions["registry"].subscriptions.on(ReportOpened, opened)
    with working(app):
        yield app
    app.extensions["engine"].dispose()


def test_a_worker_hears_of_what_the_pages_committed(apart: dict[str, str], tmp_path: Path) -> None:
    heard = threading.Event()
    with worker(apart, heard) as app, process("web", tmp_path / "var", **apart) as web:
        open_report(browser(web.address, token_of(app, MINJI)), web.address, "tap-12345678")
        assert heard.wait(SOON_S)


def test_a_worker_hears_of_what_a_letter_brought(apart: dict[str, str], tmp_path: Path) -> None:
    port, looked = servers.free_port(), threading.Semaphore(0)
    env = apart | {"MADANG_MAIL_IN_BIND": f"127.0.0.1:{port}", "PORT": str(port)}
    app = application.create_app(load(env))
    # A turn of the worker is counted: the first is its own, the next one was woken.
    app.extensions["turns"].append(lambda **_: looked.release())
    with working(app), process("ingest", tmp_path / "var", **env):
        assert looked.acquire(timeout=SOON_S)
        post_a_letter(port)
        assert looked.acquire(timeout=SOON_S)
    app.extensions["engine"].dispose()


def post_a_letter(port: int) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "someone@example.org", "help@reports.example.org"
    message["Subject"], message["Date"] = "Lamp", "Mon, 02 Nov 2026 09:00:00 +0000"
    message.set_content("The lamp is dark.")
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
        server.send_message(message)


@pytest.mark.above_the_database
def test_a_stop_closes_what_the_loops_hold(app: Flask) -> None:
    with working(app):
        pass
    ended = threading.Thread(target=app.extensions["push"].run, daemon=True)
    ended.start()
    ended.join(SOON_S)
    assert not ended.is_alive()
