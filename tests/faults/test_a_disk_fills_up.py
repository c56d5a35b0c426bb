"""A disk with no room left below a database: it is told, nothing is half stored, all goes on."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from services.db import migrate
from tests import servers
from tests.faults.crowd import Writer, database_of, people, stored_keys
from tests.flows.processes import Process

# Mounts need a namespace of their own: root has one, elsewhere the system may grant one.
OWN = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
MAY = (
    shutil.which("unshare") is not None
    and not subprocess.run(
        [*OWN, "mount", "-t", "tmpfs", "none", "/mnt"], check=False, stderr=subprocess.DEVNULL
    ).returncode
)
ROOT = Path(__file__).resolve().parents[2]
# Every machine has this folder; only the process with the small disk sees what is mounted there.
PLACE = "/mnt"
SQLITE = """
.venv/bin/python -m tests.faults.test_a_disk_fills_up > /mnt/token
exec .venv/bin/python -m app serve
"""
POSTGRES = """
chown nobody /mnt
cd /
as="setpriv --reuid=nobody --clear-groups --inh-caps=-all"
$as {bin}/initdb -N -D /mnt/db -U postgres -A trust --encoding=UTF8 --locale=C.UTF-8 >&2
exec $as {bin}/postgres -D /mnt/db -c port={port} -c listen_addresses=127.0.0.1 \
  -c unix_socket_directories=/mnt -c wal_recycle=off -c min_wal_size=32MB -c max_wal_size=32MB
"""
MANY = 200


class Disk(NamedTuple):
    """A small disk that only the process `pid` sees as `PLACE`; here it lies at `seen`."""

    pid: int

    @property
    def seen(self) -> Path:
        return Path(f"/proc/{self.pid}/root{PLACE}")

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.seen / "filler").open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096) == 4096:
                    pass
            except OSError:
                return

    def free(self) -> None:
        (self.seen / "filler").unlink()

    @contextmanager
    def still(self) -> Iterator[None]:
        """Let the process write nothing inside this block."""
        os.kill(self.pid, signal.SIGSTOP)
        yield
        os.kill(self.pid, signal.SIGCONT)


@contextmanager
def disk(folder: Path, megabytes: int, script: str, **env: str) -> Iterator[Disk]:
    """Run a shell's `script`, to which `PLACE` is a small disk; it ends with this block."""
    mounted = f"set -e\nmount -t tmpfs -o size={megabytes}m,mode=755 none {PLACE}\n"
    with (folder / "disk.log").open("wb") as log:
        started = subprocess.Popen(
            [*OWN, "sh", "-c", mounted + script],
            env=servers.ENV | env,
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        try:
            yield Disk(started.pid)
        finally:
            started.send_signal(signal.SIGINT)
            started.wait(30)


def refused(writer: Writer) -> tuple[list[str], str]:
    """Report until a report is refused; return the keys that were accepted, and what was said."""
    accepted: list[str] = []
    for turn in range(MANY):
        form = {"category": "litter", "text": "봉투 " * 400, "lat": "34.21", "lon": "127.91"}
        form |= {"idempotency_key": f"key-full-{turn:03d}", "csrf_token": writer.csrf}
        status, page = writer.ask("POST", "/reports/", form)
        if status != 303:
            assert status == 503, page
            return accepted, page
        accepted.append(form["idempotency_key"])
    raise AssertionError(f"{MANY} reports found room on a full disk")


def fills_up(address: str, token: str, full: Disk) -> list[str]:
    """Report, fill the disk, report until it is told, read, free it, report again.

    Return the keys of what was accepted, sorted.
    """
    writer = Writer(address, token)
    assert writer.report("key-before") == 303
    full.fill()
    accepted, page = refused(writer)
    assert "저장할 자리가 없어요" in page
    assert writer.ask("GET", "/reports/")[0] == 200
    full.free()
    assert writer.report("key-after") == 303
    return sorted(["key-before", "key-after", *accepted])


@pytest.mark.skipif(not MAY, reason="no small disk can be mounted here (unshare --mount)")
def test_below_sqlite(tmp_path: Path) -> None:
    port = servers.free_port()
    with disk(tmp_path, 24, SQLITE, PORT=str(port), MADANG_DATA_DIR=PLACE) as full:
        servers._wait(port)
        sent = fills_up(f"http://127.0.0.1:{port}", (full.seen / "token").read_text(), full)
        # SQLite follows the way to the small disk back to a folder of that name here.
        with full.still():
            shutil.copytree(full.seen, tmp_path / "copied")
    assert sorted(stored_keys(database_of(tmp_path / "copied"))) == sent


@pytest.mark.skipif(
    not MAY or os.geteuid() != 0, reason="only root can give PostgreSQL a small disk of its own"
)
def test_below_postgresql(tmp_path: Path) -> None:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1].parent
    port = servers.free_port()
    script = POSTGRES.format(bin=programs, port=port)
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    with disk(tmp_path, 140, script) as full:
        ready(url)
        migrate.upgrade(url)
        (token,) = people(url, 1)
        app = Process("serve", tmp_path, {"DATABASE_URL": url})
        try:
            servers._wait(app.port)
            sent = fills_up(app.address, token, full)
        finally:
            app.stop(signal.SIGKILL)
        assert sorted(stored_keys(url)) == sent


def ready(url: str) -> None:
    """Wait until PostgreSQL takes connections."""
    ends = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < ends, "PostgreSQL did not start"
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    # On the small disk: makes the database, and prints the sign-in of a resident.
    migrate.upgrade(database_of(Path(PLACE)))
    print(people(database_of(Path(PLACE)), 1)[0], end="")
