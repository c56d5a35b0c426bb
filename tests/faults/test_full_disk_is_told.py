"""A disk without room: a sentence that says so, nothing half stored, and recovery by itself."""

import os
import resource
import signal
from pathlib import Path

from services.db import migrate
from tests import servers
from tests.faults.crowd import Writer, database_of, people, stored_keys
from tests.faults.test_killed_app_loses_nothing import started

MEGABYTE = 1024 * 1024


def test_full_disk_is_told(tmp_path: Path) -> None:
    url = database_of(tmp_path)
    migrate.upgrade(url)
    (token,) = people(url, 1)
    app = started(tmp_path, servers.free_port())
    try:
        writer = Writer(app.address, token)
        assert writer.report("key-full-before") == 303
        unlimited = resource.prlimit(app.pid, resource.RLIMIT_FSIZE)
        # No file may grow any more: for the product that is a disk without room.
        room = (4096, unlimited[1])
        resource.prlimit(app.pid, resource.RLIMIT_FSIZE, room)
        status, page = full(writer)
        assert status == 503
        assert "저장할 자리가 없어요" in page
        assert writer.ask("GET", "/reports/")[0] == 200
        resource.prlimit(app.pid, resource.RLIMIT_FSIZE, unlimited)
        assert writer.report("key-full-after") == 303
    finally:
        app.stop(signal.SIGKILL)
    assert set(stored_keys(url)) == {"key-full-before", "key-full-after"}
    assert os.path.getsize(tmp_path / "madang.db") < 50 * MEGABYTE


def full(writer: Writer) -> tuple[int, str]:
    form = {"category": "litter", "text": "봉투", "lat": "34.21", "lon": "127.91"}
    form |= {"idempotency_key": "key-full-while", "csrf_token": writer.csrf}
    return writer.ask("POST", "/reports/", form)
