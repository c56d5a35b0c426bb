"""A line to Redis that was lost for a moment is a gap, though Redis itself was never away."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis

from services.realtime import relay as relays
from services.realtime.relay import Message, Relay
from tests import servers
from tests.flows.processes import eventually


class Heard:
    """A relay that listens, what it heard, and how often it said that it missed something."""

    def __init__(self, url: str) -> None:
        self.messages: list[Message] = []
        self.gaps = 0
        self.relay = Relay(url, self.messages.append, self._gap)

    def _gap(self) -> None:
        self.gaps += 1


@contextmanager
def listening(url: str) -> Iterator[Heard]:
    heard = Heard(url)
    thread = threading.Thread(target=heard.relay.listen)
    thread.start()
    try:
        assert heard.relay.ready.wait(10)
        yield heard
    finally:
        heard.relay.close()
        thread.join(20)


def test_a_line_that_redis_ends_is_a_gap_each_time() -> None:
    with servers.redis() as url, listening(url) as heard, Redis.from_url(url) as redis:
        for lost in (1, 2):
            assert redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub") == 1
            eventually(lambda lost=lost: heard.gaps == lost)
        Relay(url, heard.messages.append, heard._gap).publish_now({"frame": 1})
        eventually(lambda: [one["frame"] for one in heard.messages] == [1])
        assert heard.gaps == 2


def test_a_line_on_which_nothing_is_answered_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(relays.OPTIONS, "health_check_interval", 1)
    monkeypatch.setattr(relays, "UNANSWERED", 3)
    with servers.redis() as url, listening(url) as heard, Redis.from_url(url) as redis:
        pid = redis.info("server")["process_id"]
        os.kill(pid, signal.SIGSTOP)
        try:
            eventually(lambda: not heard.relay.ready.is_set(), 30)
        finally:
            os.kill(pid, signal.SIGCONT)
        eventually(lambda: heard.gaps == 1)
        assert heard.relay.ready.is_set()


def test_a_quiet_line_that_answers_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(relays.OPTIONS, "health_check_interval", 0.1)
    monkeypatch.setattr(relays, "UNANSWERED", 1)
    with servers.redis() as url, listening(url) as heard:
        time.sleep(2)
        assert heard.relay.ready.is_set()
        assert heard.gaps == 0
