"""PostgreSQL crashes while people report: each is told to wait, and nothing accepted is lost."""

import os
import signal
from pathlib import Path

import psycopg

from services.db import migrate
from tests import servers
from tests.faults.crowd import Crowd, people, stored_keys, undelivered
from tests.faults.test_a_disk_fills_up import ready
from tests.faults.test_killed_app_loses_nothing import wait_for
from tests.flows.processes import Process

PEOPLE, EACH, CRASHES = 5, 12, 3
OTHERS = """SELECT pid FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""


def crash(url: str) -> None:
    """Kill one of PostgreSQL's processes: it drops all connections and reads its log anew."""
    with psycopg.connect(url) as connection:
        (pid,) = connection.execute(OTHERS).fetchall()[0]
    os.kill(pid, signal.SIGKILL)


def test_crashes_lose_nothing(tmp_path: Path) -> None:
    with servers.postgresql(synchronous_commit="on") as base:
        url = base + "postgres"
        migrate.upgrade(url)
        app = Process("serve", tmp_path, {"DATABASE_URL": url})
        servers._wait(app.port)
        crowd = Crowd(app.address, people(url, PEOPLE), EACH)
        crowd.start()
        try:
            for turn in range(1, CRASHES + 1):
                wait_for(lambda n=turn * EACH: len(crowd.accepted) >= n)
                crash(url)
            crowd.join()
            ready(url)
            wait_for(lambda: undelivered(url) == 0)
        finally:
            crowd.give_up.set()
            app.stop(signal.SIGKILL)
        assert sorted(stored_keys(url)) == sorted(crowd.accepted)
        assert len(crowd.accepted) == PEOPLE * EACH
    assert crowd.said == {303, 503}
