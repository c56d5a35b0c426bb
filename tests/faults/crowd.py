"""Many people with a browser each, who write to a product that may be gone at any moment."""

import http.client
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import sqlalchemy as sa

from participation.accounts import actions as accounts
from participation.accounts.models import Person
from services import clock
from services.db import make_engine, unit_of_work

TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')
FORM = {"category": "litter", "text": "봉투가 쌓였어요", "lat": "34.21", "lon": "127.91"}


def people(database_url: str, count: int) -> list[str]:
    """Make `count` residents and return the cookie of a sign-in for each."""
    engine = make_engine(database_url)
    tokens = []
    with unit_of_work(engine) as session:
        for number in range(count):
            person = Person(id=uuid4(), display_name=f"주민 {number}", created_at=clock.now())
            session.add(person)
            session.flush()
            tokens.append(accounts.sign_in(session, person.id, "Firefox", at=clock.now()))
    engine.dispose()
    return tokens


class Writer:
    """One person's browser: keeps its cookies, sends forms, and says what came back."""

    def __init__(self, address: str, token: str) -> None:
        self.netloc = urlsplit(address).netloc
        self.cookies = {"madang_session": token}
        self.csrf = ""

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Return (status, body); raises OSError or HTTPException when nobody answers."""
        connection = http.client.HTTPConnection(self.netloc, timeout=20)
        cookies = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        headers = {"Cookie": cookies, "Accept": "text/html"}
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or ():
                name, value = line.split(";")[0].split("=", 1)
                self.cookies[name] = value
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def report(self, key: str) -> int:
        """Send a report under an idempotency key and return the status."""
        if not self.csrf:
            _, page = self.ask("GET", "/reports/new")
            self.csrf = TOKEN.findall(page)[0]
        form = FORM | {"idempotency_key": key, "csrf_token": self.csrf}
        return self.ask("POST", "/reports/", form)[0]


class Crowd:
    """Threads that each send their reports, again and again until they are accepted."""

    def __init__(self, address: str, tokens: list[str], each: int) -> None:
        self.accepted: set[str] = set()
        self.said: set[int] = set()
        self.cut = 0
        self.give_up = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(Writer(address, token), number, each))
            for number, token in enumerate(tokens)
        ]

    def _send(self, writer: Writer, number: int, each: int) -> None:
        for turn in range(each):
            key = f"key-{number:03d}-{turn:03d}"
            while key not in self.accepted and not self.give_up.is_set():
                try:
                    status = writer.report(key)
                    self.said.add(status)
                    if status == 303:
                        self.accepted.add(key)
                except (OSError, http.client.HTTPException, IndexError):
                    self.cut += 1
                    self.give_up.wait(0.05)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


def stored_keys(database_url: str) -> Iterator[str]:
    """Yield the idempotency key of each stored report that a member of a crowd sent."""
    engine = make_engine(database_url)
    with engine.connect() as connection:
        query = sa.text("SELECT idempotency_key FROM report WHERE idempotency_key LIKE 'key-%'")
        yield from connection.execute(query).scalars()
    engine.dispose()


def undelivered(database_url: str) -> int:
    """Return how many deliveries are still to be made, or never will be."""
    engine = make_engine(database_url)
    with engine.connect() as connection:
        waiting = "SELECT count(*) FROM outbox_delivery WHERE done_at IS NULL"
        fresh = "SELECT count(*) FROM outbox_event WHERE fanned_out_at IS NULL"
        count = sum(int(connection.execute(sa.text(q)).scalar_one()) for q in (waiting, fresh))
    engine.dispose()
    return count


def database_of(folder: Path) -> str:
    return f"sqlite:///{folder}/madang.db"
