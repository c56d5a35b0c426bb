"""The owner's side of the fork server: a picture goes in, its two sizes come out."""

import atexit
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

from services.errors import InvalidError

WAIT_S = 20
# A line ends a moment before the process at its other end is known to be gone.
DYING_S = 0.1
ROOT = Path(__file__).resolve().parents[2]
# An answer begins with one of these, then (DONE) the two sizes, or (REFUSED) the code.
DONE, REFUSED = b"0", b"1"
HEAD = struct.Struct("!II")
BOX = struct.Struct("!4d")
CHUNK = 1 << 20
UNREADABLE = "photo_unreadable"
Box = tuple[float, float, float, float]


class ForkServer:
    """Starts its server at the first picture; `ask` may be called by many at once."""

    def __init__(self) -> None:
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()

    def ask(self, data: bytes, boxes: list[Box]) -> tuple[bytes, bytes]:
        """Return (large, small) WebP of a picture with `boxes` blackened.

        Raises InvalidError for a picture that is refused, that takes longer than `WAIT_S` or more
        work than any honest one, or that costs the process that opened it its life.
        """
        self._server()
        asked = self._process
        told = self._told(data, boxes)
        if not told and self._fell(asked):
            told = self._told(data, boxes)
        if told[:1] != DONE:
            code = told[1:].decode() or UNREADABLE
            raise InvalidError(code, {"photo": code})
        size = HEAD.unpack_from(told, 1)[0]
        start = 1 + HEAD.size
        return told[start : start + size], told[start + size :]

    def _told(self, data: bytes, boxes: list[Box]) -> bytes:
        """Return the whole answer of a new process; nothing where it died or took too long."""
        told = self._heard(data, boxes)
        return told if _is_whole(told) else b""

    def _heard(self, data: bytes, boxes: list[Box]) -> bytes:
        try:
            with self._child() as line:
                line.settimeout(WAIT_S)
                line.sendall(HEAD.pack(len(boxes), len(data)))
                line.sendall(b"".join(BOX.pack(*box) for box in boxes) + data)
                return b"".join(iter(lambda: line.recv(CHUNK), b""))
        except OSError:
            return b""

    def _child(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._server(), [b"."], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return ours

    def _server(self) -> socket.socket:
        with self._starting:
            if self._line is None:
                self._line, theirs = socket.socketpair()
                with theirs:
                    command = [sys.executable, "-m", "services.pictures.forkserver"]
                    self._process = subprocess.Popen(  # noqa: S603  our own module
                        [*command, str(theirs.fileno())],
                        pass_fds=[theirs.fileno()],
                        stdin=subprocess.DEVNULL,
                        cwd=ROOT,
                    )
                atexit.register(self.close)
            return self._line

    def _fell(self, asked: "subprocess.Popen[bytes] | None") -> bool:
        """Say whether the server that was asked is gone; the next picture starts a new one."""
        with self._starting:
            # Another who asked the same one may have seen it first.
            if asked is None or self._process is not asked:
                return True
            try:
                asked.wait(DYING_S)
            except subprocess.TimeoutExpired:
                return False
            # Before anybody else looks: the next one that is found here is a new one.
            self._end()
        return True

    def close(self) -> None:
        """End the server: it leaves when its line does."""
        with self._starting:
            self._end()

    def _end(self) -> None:
        if self._line is not None and self._process is not None:
            self._line.close()
            self._process.wait(WAIT_S)
        self._line = self._process = None
        atexit.unregister(self.close)


def _is_whole(told: bytes) -> bool:
    """Say whether an answer came to its end: one that was killed as it spoke is no answer."""
    if told[:1] != DONE:
        return True
    start = 1 + HEAD.size
    return len(told) >= start and len(told) == start + sum(HEAD.unpack_from(told, 1))
