"""The product's processes, each started as an operator would, on private ports."""

import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import socketio
from flask import Flask

from participation.accounts import actions as accounts
from services import clock
from services.auth import Actor
from services.db import unit_of_work
from tests import nursery, servers
from tests.flows.test_report_to_answer import FORM, photo


class Process:
    """One process of the product."""

    def __init__(
        self, kind: str, folder: Path, settings: dict[str, str], program: str = "app"
    ) -> None:
        self.port = int(settings.get("PORT") or servers.free_port())
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"{kind}-{self.port}.log"
        env = servers.ENV | {"PORT": str(self.port), "MADANG_DATA_DIR": str(folder)} | settings
        self._running = nursery.born([kind], env, self.log, program)
        self.pid = self._running.pid

    def ask(self, number: int = signal.SIGTERM) -> None:
        """Send a signal and wait for nothing."""
        self._running.send_signal(number)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 30) -> int:
        """Ask the process to end; return its exit code."""
        if self._running.poll() is None:
            self._running.send_signal(number)
        try:
            return self._running.wait(seconds)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"{self.log.name} does not end: {self.log.read_text()}") from late

    def ended(self, seconds: float = 30) -> int:
        """Wait for the end that was asked for; return the exit code."""
        return self._running.wait(seconds)

    def said(self) -> str:
        return self.log.read_text()


@contextmanager
def process(kind: str, folder: Path, **settings: str) -> Iterator[Process]:
    """Yield a running process of `kind`, listening if it ever does."""
    started = Process(kind, folder, settings)
    try:
        if kind != "worker":
            servers._wait(started.port)
        yield started
    finally:
        started.stop(signal.SIGKILL)


def token_of(app: Flask, actor: Actor) -> str:
    """Sign someone of the cast in; return what their cookie carries."""
    assert actor.id is not None
    with unit_of_work(app.extensions["engine"]) as session:
        return accounts.sign_in(session, actor.id, "Firefox Linux", at=clock.now())


def browser(address: str, token: str) -> requests.Session:
    """Return a browser without script that is signed in."""
    made = requests.Session()
    made.cookies.set("madang_session", token, domain="127.0.0.1")
    made.headers["Referer"] = address
    return made


def open_report(web: requests.Session, address: str, key: str) -> str:
    """Fill in and send the form; return the report's id."""
    form = web.get(f"{address}/reports/new", timeout=20).text
    csrf = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    assert csrf is not None
    picture, name = photo()
    answer = web.post(
        f"{address}/reports/",
        data=FORM | {"csrf_token": csrf[1], "idempotency_key": key},
        files={"photo": (name, picture)},
        allow_redirects=False,
        timeout=20,
    )
    assert answer.status_code == 303, answer.text[:500]
    return answer.headers["Location"].split("/")[-1].split("?")[0]


@contextmanager
def socket(address: str, token: str = "") -> Iterator[socketio.SimpleClient]:
    """Yield a socket client, signed in by its cookie or a stranger."""
    client = socketio.SimpleClient()
    headers = {"Cookie": f"madang_session={token}"} if token else {}
    client.connect(address, transports=["websocket"], headers=headers)
    inner = client.client
    try:
        yield client
    finally:
        client.disconnect()
        leave(inner)


def leave(client: socketio.Client) -> None:
    """Close a client for good: its search for a server that ended, and the line it lost."""
    client.shutdown()
    if (line := getattr(client.eio, "ws", None)) is not None:
        line.shutdown()


class Follower:
    """An open page as the front end makes it: resumes by cursor, knows what it heard by number."""

    def __init__(self, address: str, room: str, token: str = "") -> None:
        self.room = room
        self.cursor: int | None = None
        self.live: list[int] = []
        self.resumed: list[int] = []
        self.resets = 0
        self.connects = 0
        self.client = socketio.Client(reconnection_delay=0.05, reconnection_delay_max=0.3)
        self.client.on("connect", self._join)
        self.client.on("again", lambda _data: self._join())
        self.client.on("changes", self._live)
        self.joined = threading.Event()
        headers = {"Cookie": f"madang_session={token}"} if token else {}
        self.client.connect(address, transports=["websocket"], headers=headers, wait_timeout=10)
        assert self.joined.wait(10)

    def _join(self) -> None:
        self.connects += 1
        self.client.emit("join", {"room": self.room, "since": self.cursor}, callback=self._resume)

    def _resume(self, answer: dict[str, Any]) -> None:
        assert answer["ok"]
        self.resets += answer["missed"] is None
        self.resumed += [item["seq"] for item in answer["missed"] or []]
        self.cursor = max(self.cursor or 0, answer["cursor"])
        self.joined.set()

    def _live(self, frame: dict[str, Any]) -> None:
        self.live += [item["seq"] for item in frame["items"]]
        self.cursor = max(self.cursor or 0, frame["cursor"])

    @property
    def heard(self) -> set[int]:
        return {*self.live, *self.resumed}

    def close(self) -> None:
        leave(self.client)


def eventually(holds: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait until something holds; fails when it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
