"""Several processes meet in Redis: nothing is lost, nothing doubled, and a gap is closed."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from redis.exceptions import RedisError

import app as application
from services import realtime
from services.config import Settings, load
from services.db import unit_of_work
from services.realtime import Hub
from tests import servers
from tests.flows.processes import Follower, eventually, process, socket, token_of
from tests.people import JUN, SOYEON

ROOM = "tile:13/1/1"


class Redis:
    """A Redis on one port, that can go away and come back."""

    def __init__(self) -> None:
        self.port = servers.free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        servers._wait(self.port)

    def stop(self) -> None:
        self._server.terminate()
        self._server.wait(10)


@contextmanager
def redis() -> Iterator[Redis]:
    started = Redis()
    try:
        yield started
    finally:
        started.stop()


class City:
    """Two processes with sockets, and this one, which tells."""

    def __init__(self, app: Flask, redis: Redis, addresses: list[str]) -> None:
        self.engine = app.extensions["engine"]
        self.hub: Hub = app.extensions["hub"]
        self.redis, self.addresses, self.app = redis, addresses, app

    def tell(self, times: int) -> None:
        for number in range(times):
            with unit_of_work(self.engine) as session:
                realtime.nudge(session, ROOM, {"kind": "report", "id": str(number)})
            if number % 3 == 0:
                self.hub.ticks.tick()
        self.hub.ticks.tick()

    def flushed(self) -> bool:
        """Publish what waited for Redis; true when nothing waits any more."""
        assert self.hub.relay is not None
        self.hub.relay.flush()
        return self.hub.relay.waiting == 0


@pytest.fixture
def city(settings: Settings, tmp_path: Path, engine: object) -> Iterator[City]:
    with ExitStack() as stack:
        here = stack.enter_context(redis())
        env = {
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": here.url,
            "MADANG_MODE": "test",
            "MADANG_SECRET_KEY": settings.secret_key,
        }
        two = [stack.enter_context(process("realtime", tmp_path, **env)) for _ in range(2)]
        app = application.create_app(load(env | {"MADANG_DATA_DIR": str(tmp_path)}))
        stack.callback(app.extensions["engine"].dispose)
        yield City(app, here, [one.address for one in two])


def test_two_workers_lose_nothing_and_double_nothing(city: City) -> None:
    followers = [Follower(address, ROOM) for address in city.addresses * 5]
    city.tell(60)
    for follower in followers:
        eventually(lambda follower=follower: len(follower.live) >= 60)
        assert sorted(follower.live) == sorted(follower.heard)
        assert follower.resumed == []
        follower.close()


def test_what_was_told_while_redis_was_away_is_heard_after(city: City) -> None:
    followers = [Follower(address, ROOM) for address in city.addresses]
    city.tell(5)
    for follower in followers:
        eventually(lambda follower=follower: len(follower.heard) == 5)
    city.redis.stop()
    city.tell(10)
    city.redis.start()
    eventually(city.flushed)
    for follower in followers:
        eventually(lambda follower=follower: len(follower.heard) == 15, 20)
        assert follower.resets == 0
        follower.close()


def test_a_person_is_put_out_of_every_process(city: City) -> None:
    token = token_of(city.app, SOYEON)
    with ExitStack() as stack:
        mine = [stack.enter_context(socket(a, token)) for a in city.addresses]
        other = stack.enter_context(socket(city.addresses[0], token_of(city.app, JUN)))
        for one in mine:
            assert one.call("join", {"room": "console"})["ok"]
        assert SOYEON.id is not None
        realtime.evict(SOYEON.id)
        for one in mine:
            eventually(lambda one=one: not one.connected)
        assert other.connected


def test_an_eviction_that_cannot_be_told_fails_so_that_it_is_tried_again(city: City) -> None:
    city.redis.stop()
    assert SOYEON.id is not None
    with pytest.raises(RedisError):
        realtime.evict(SOYEON.id)
    city.redis.start()
    realtime.evict(SOYEON.id)
