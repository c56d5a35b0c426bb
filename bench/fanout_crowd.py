"""A server of either kind on a core of its own, and the crowd of clients that it tells."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers import _wait, free_port

ROOT = Path(__file__).resolve().parents[1]
SERVER_CORE, CLIENT_CORE = {0}, {os.cpu_count() - 1}
PAD = 250
Figures = dict[str, Any]


@contextmanager
def running(*command: str) -> Iterator[tuple[int, int]]:
    """Yield (port, pid) of a server pinned to its core; PORT in the command is its port."""
    port = free_port()
    words = [str(port) if word == "PORT" else word for word in command]

    def pin() -> None:
        os.sched_setaffinity(0, SERVER_CORE)

    with subprocess.Popen(words, cwd=ROOT, preexec_fn=pin, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            yield port, server.pid
        finally:
            server.kill()


def ours(*more: str) -> Any:
    return running(sys.executable, "-m", "bench.fanout_server", "PORT", *more)


class Crowd:
    """The clients, in a process of their own."""

    def __init__(self, ports: list[int], count: int, pid: int, *, meek: bool = False) -> None:
        names = [",".join(map(str, ports)), str(count), str(pid)]

        def settle() -> None:
            os.sched_setaffinity(0, CLIENT_CORE)
            os.nice(10 if meek else 0)

        self._client = subprocess.Popen(
            [sys.executable, "-m", "bench.fanout_client", *names],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=settle,
        )
        self.opened = self._answer()

    def _answer(self) -> Figures:
        assert self._client.stdout is not None
        found: Figures = json.loads(self._client.stdout.readline())
        return found

    def rounds(self, rounds: int, **asked: Any) -> Figures:
        self._tell({"rounds": rounds, "k": 1, "pad": PAD} | asked)
        return self._answer()

    def _tell(self, line: Figures) -> None:
        assert self._client.stdin is not None
        self._client.stdin.write(json.dumps(line) + "\n")
        self._client.stdin.flush()

    def leave(self) -> None:
        """All connections end at the same moment."""
        self._tell({})
        self._client.wait(60)


def memory_kb(pid: int) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0])


def crowd_of(count: int, server: tuple[int, int], rounds: int, **asked: Any) -> Figures:
    """Open the clients, run the rounds, let them leave; with what a connection weighs."""
    port, pid = server
    before = memory_kb(pid)
    crowd = Crowd([port], count, pid)
    weight = (memory_kb(pid) - before) / count
    found = crowd.rounds(rounds, **asked) | crowd.opened | {"kb": weight}
    crowd.leave()
    time.sleep(1)
    return found
