"""Two cities: ours in this process, a neighbour's server of its own, and a wire between them."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports import actions
from participation.reports.actions import NewReport
from participation.reports.forwarding import actions as forwarding_actions
from participation.reports.forwarding.actions import BodyInput, OnwardInput
from participation.reports.forwarding.models import Forwarding, ForwardingWord, OutsideBody
from participation.reports.models import Report
from participation.reports.open311 import actions as open311_actions
from participation.reports.open311.rules import SCOPES, KeyScope
from participation.reports.rules import Category, Status
from services import clock
from services.db import Session, make_engine, unit_of_work
from services.outbox.events import OutboxDelivery, OutboxEvent
from tests.conftest import AT
from tests.flows.processes import process
from tests.people import HANA, MINJI, STRANGER

LAMP = "가로등이 꺼졌어요"


class Wire:
    """Carries bytes to a server, unless it is told to lose the answer or everything."""

    def __init__(self, port: int) -> None:
        self.to = port
        self.cuts: set[str] = set()
        self.posts = 0
        self.after_reading: list[Callable[[], None]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _carry(self, caller: socket.socket) -> None:
        with caller, socket.socket() as server:
            try:
                server.connect(("127.0.0.1", self.to))
                while asked := _message(caller):
                    posting = asked.startswith(b"POST")
                    self.posts += posting
                    server.sendall(asked)
                    told = _message(server)
                    if "answer" in self.cuts and posting:
                        return
                    if not posting and self.after_reading:
                        self.after_reading.pop()()
                    caller.sendall(told)
            except OSError:
                return

    def close(self) -> None:
        self.listener.close()


def _message(sock: socket.socket) -> bytes:
    """Return one whole HTTP message, b"" at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (part := sock.recv(65_536)):
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lines = [line.lower() for line in head.split(b"\r\n")]
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        part = sock.recv(65_536)
        data, body = data + part, body + part
    return data


class City:
    """Our side: reports are told, carried, and read again."""

    def __init__(self, app: Flask, turn: Callable[[], int]) -> None:
        self.engine = app.extensions["engine"]
        self.courier = app.extensions["courier"]
        self.messenger = app.extensions["messenger"]
        self.client = app.test_client()
        self.deliver = turn

    def tell(self, text: str = LAMP, category: Category = Category.STREET_LIGHT) -> UUID:
        new = NewReport(
            category=category, text=text, lat=34.21, lon=127.91, idempotency_key=uuid4().hex
        )
        with unit_of_work(self.engine) as session:
            report_id = actions.open_report(session, MINJI, new, at=clock.now())
        self.deliver()
        return report_id

    def carry(self, later_s: float = 0) -> datetime:
        """Let the courier go once, `later_s` seconds from now."""
        at = clock.now() + timedelta(seconds=later_s)
        self.courier.turn(at)
        return at

    def pass_on(self, later_s: float = 0) -> datetime:
        """Deliver what waits, also for what might be taken back; let the messenger go once."""
        self.deliver()
        told = sa.select(OutboxEvent.recorded_at).where(OutboxEvent.seq == OutboxDelivery.event_seq)
        with unit_of_work(self.engine) as session:
            session.execute(sa.update(OutboxDelivery).values(due_at=told.scalar_subquery()))
        self.deliver()
        at = clock.now() + timedelta(seconds=later_s)
        photo = ForwardingWord.photo_hash.is_not(None), ForwardingWord.tries == 0
        with unit_of_work(self.engine) as session:
            session.execute(sa.update(ForwardingWord).where(*photo).values(due_at=at))
        self.messenger.turn(at)
        return at

    def words(self) -> list[ForwardingWord]:
        with Session(self.engine) as session:
            return list(session.scalars(sa.select(ForwardingWord).order_by(ForwardingWord.due_at)))

    def row(self) -> Forwarding:
        with Session(self.engine) as session:
            return session.scalars(sa.select(Forwarding)).one()

    def status(self) -> str:
        with Session(self.engine) as session:
            return session.scalars(sa.select(Report.status)).one()

    def body(self) -> OutsideBody:
        with Session(self.engine) as session:
            return session.scalars(sa.select(OutsideBody)).one()

    def send_to(self, url: str, key: str = "", **rule: Any) -> None:
        """Let street lights go to a body at `url`."""
        told = BodyInput("Lamp works", url, api_key=key)
        with unit_of_work(self.engine) as session:
            forwarding_actions.keep_body(session, HANA, told, "http://127.0.0.1:8000", at=AT)
            body = session.scalars(sa.select(OutsideBody)).one()
            given = {"category": Category.STREET_LIGHT, "service_code": "street_light"} | rule
            forwarding_actions.add_onward(session, HANA, body, OnwardInput(**given), at=AT)


@pytest.fixture
def city(app: Flask, turn: Callable[[], int]) -> City:
    return City(app, turn)


class Neighbour:
    """Another city's server and what is in its database."""

    def __init__(self, folder: Path) -> None:
        self.settings = {
            "DATABASE_URL": f"sqlite:///{folder / 'next.db'}",
            "MADANG_MODE": "test",
            "MADANG_PUSH_ALLOW_PRIVATE": "true",
        }
        self.folder = folder
        self.engine = make_engine(self.settings["DATABASE_URL"])
        with unit_of_work(self.engine) as session:
            scope = KeyScope(SCOPES)
            self.key = open311_actions.issue_key(session, STRANGER, "Haneul", at=AT, scope=scope)
        self.port = 0

    def reports(self) -> list[Report]:
        with Session(self.engine) as session:
            return list(session.scalars(sa.select(Report).order_by(Report.opened_at)))

    def answer(self, status: Status, text: str) -> None:
        """Let the neighbour's own staff answer every report they have."""
        with unit_of_work(self.engine) as session:
            for report in session.scalars(sa.select(Report)).all():
                actions.answer_report(session, STRANGER, report, status, text, at=clock.now())


@pytest.fixture
def asleep(migrated_file: Path, tmp_path: Path) -> Iterator[Neighbour]:
    """A neighbour whose server does not run."""
    folder = tmp_path / "next"
    folder.mkdir()
    shutil.copy(migrated_file, folder / "next.db")
    made = Neighbour(folder)
    yield made
    made.engine.dispose()


@pytest.fixture
def neighbour(asleep: Neighbour) -> Iterator[Neighbour]:
    with process("serve", asleep.folder, **asleep.settings) as running:
        asleep.port = running.port
        yield asleep


@pytest.fixture
def wire(neighbour: Neighbour) -> Iterator[Wire]:
    made = Wire(neighbour.port)
    yield made
    made.close()
