"""The product loaded once, so that each process the tests start is born by a fork, at once.

As a program it is that loaded process: for each line it reads it forks a child that runs what
`python -m app KIND` would, or tells how a child ended. As a module it is the way to ask for one.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gevent.os import fork_gevent

ROOT = Path(__file__).resolve().parents[1]
PYTHON = str(ROOT / ".venv" / "bin" / "python")
# Where one loop does everything the standard library is patched before it is loaded.
IN_A_LOOP = ("run", "serve", "realtime")


class Child:
    """A process of the product, with what the tests use of subprocess.Popen."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return how it ended, or None while it runs; a signal counts below zero."""
        if self.returncode is None:
            self.returncode = self._nursery.ask({"ended": self.pid})
        return self.returncode

    def wait(self, seconds: float) -> int:
        """Return how it ended; raises TimeoutExpired when it does not within `seconds`."""
        end = time.monotonic() + seconds
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), seconds)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            _send(self.pid, number)


class Alone(subprocess.Popen[bytes]):
    """A process that no nursery holds, loaded anew."""

    def __init__(self, program: str, words: list[str], environment: Mapping[str, str], log: Path):
        with log.open("wb") as said:
            super().__init__(
                [PYTHON, "-m", program, *words],
                cwd=ROOT,
                env=environment,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            _send(self.pid, number)


def _send(pid: int, number: int) -> None:
    """Send a signal; what cannot be refused also ends the workers the process has started."""
    if number == signal.SIGKILL:
        os.killpg(pid, number)
    else:
        os.kill(pid, number)


class Nursery:
    """A loaded process that waits to be forked; `loop` as in IN_A_LOOP."""

    def __init__(self, loop: bool) -> None:
        kind = IN_A_LOOP[0] if loop else "work"
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        self._process = subprocess.Popen(
            [PYTHON, "-m", "tests.nursery", kind],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.close)

    def ask(self, question: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        for line in (self._process.stdin, self._process.stdout):
            if line is not None:
                line.close()
        self._process.wait(10)


_nurseries: dict[bool, Nursery] = {}


def born(
    words: list[str], environment: Mapping[str, str], log: Path, program: str = "app"
) -> Child | Alone:
    """Start what `python -m PROGRAM WORDS` starts; what it says is written to `log`."""
    if program != "app":
        return Alone(program, words, environment, log)
    loop = words[0] in IN_A_LOOP
    if loop not in _nurseries:
        _nurseries[loop] = Nursery(loop)
    nursery = _nurseries[loop]
    asked = {"words": words, "environment": dict(environment), "log": str(log)}
    return Child(nursery, nursery.ask(asked))


def _ended(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _become(asked: Mapping[str, Any]) -> None:
    """Be the child: its own environment, its own log, nothing of the nursery's lines."""
    os.setsid()
    os.environ.clear()
    os.environ.update(asked["environment"])
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    sys.argv[:] = ["app.py", *asked["words"]]


def _tend() -> None:
    """Answer until nobody asks any more; return in a child that has become what was asked for."""
    for line in iter(sys.stdin.readline, ""):
        asked = json.loads(line)
        if "ended" in asked:
            answer = _ended(asked["ended"])
        elif (answer := fork_gevent()) == 0:
            return _become(asked)
        print(json.dumps(answer), flush=True)
    return sys.exit(0)


if __name__ == "__main__":
    sys.argv[:] = ["app.py", sys.argv[1]]
    import app
    import participation.accounts.wiring
    from services.serving import command_line

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _tend()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    command_line(app.create_app, participation.accounts.wiring.refuse_cast)
