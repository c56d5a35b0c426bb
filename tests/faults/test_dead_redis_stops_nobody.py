"""Redis goes away and comes back: reports are accepted throughout, limits count again after."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from services.db import migrate
from tests import servers
from tests.faults.crowd import Writer, database_of, people
from tests.faults.test_killed_app_loses_nothing import wait_for
from tests.flows.processes import Process

# Limits are wide in the demo city, where many play behind one address.
PRODUCTION = {
    "MADANG_MODE": "production",
    "MADANG_BASE_URL": "https://madang.example.org",
    "MADANG_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "MADANG_SMTP_URL": "smtp://127.0.0.1:9",
}


@contextmanager
def redis_at(port: int) -> Iterator[None]:
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    try:
        servers._wait(port)
        yield
    finally:
        server.kill()
        server.wait(10)


def test_dead_redis_stops_nobody(tmp_path: Path) -> None:
    url = database_of(tmp_path)
    migrate.upgrade(url)
    before, during, after = people(url, 3)
    port = servers.free_port()
    with redis_at(port):
        app = Process("serve", tmp_path, PRODUCTION | {"REDIS_URL": f"redis://127.0.0.1:{port}/0"})
        servers._wait(app.port)
        assert Writer(app.address, before).report("key-redis-before") == 303
    try:
        away = Writer(app.address, during)
        assert [away.report(f"key-redis-{n}") for n in range(5)] == [303] * 5
        with redis_at(port):
            back = Writer(app.address, after)
            assert back.report("key-back") == 303
            with redis.Redis(port=port) as counts:
                wait_for(lambda: back.report("key-back") and counts.keys("limit:report:*"), 30)
            # Twenty reports an hour are a person's share, whoever counts.
            wait_for(lambda: back.report("key-back") == 429, 30)
    finally:
        app.stop(signal.SIGKILL)
