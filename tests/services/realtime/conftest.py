"""The realtime kit in a process of its own, under gevent, as it is served."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import servers

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Kit:
    port: int
    pid: int

    def memory_kb(self) -> int:
        """How much memory the process holds now (RSS)."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])


@contextmanager
def running(*more: str) -> Iterator[Kit]:
    """Yield the kit, started with the arguments that follow its port."""
    port = servers.free_port()
    command = [ROOT / ".venv/bin/python", "-m", "bench.fanout_server", str(port), *more]
    with subprocess.Popen(command, cwd=ROOT, env=servers.ENV, stderr=subprocess.DEVNULL) as process:
        try:
            servers._wait(port)
            yield Kit(port, process.pid)
        finally:
            process.kill()


@pytest.fixture(scope="session")
def kit() -> Iterator[Kit]:
    with running() as started:
        yield started
