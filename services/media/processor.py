"""The way from a stranger's bytes to a stored picture, through a process that may die."""

import struct
import subprocess
import sys
import threading
from pathlib import Path

from services.errors import InvalidError
from services.media.store import Store

LARGEST = 20 * 1024 * 1024
WAIT_S = 20
AT_ONCE = 2
ROOT = Path(__file__).resolve().parents[2]
CODES = ("photo_type", "photo_too_large", "photo_unreadable")
Box = tuple[float, float, float, float]


class Processor:
    """Works on at most two pictures at a time; others wait their turn without blocking pages."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def accept(self, data: bytes) -> str:
        """Store a picture and return its hash; raises InvalidError with a code of `CODES`."""
        if len(data) > LARGEST:
            raise InvalidError("photo_too_large", {"photo": "photo_too_large"})
        return self._processed(data, [])

    def redact(self, name: str, boxes: list[Box]) -> str:
        """Store the picture with `boxes` blackened, forget the one before, return the new hash."""
        path = self.store.path(name, "large")
        if path is None:
            raise InvalidError("photo_unreadable", {"photo": "photo_unreadable"})
        redacted = self._processed(path.read_bytes(), boxes)
        if redacted != name:
            self.store.forget(name)
        return redacted

    def _processed(self, data: bytes, boxes: list[Box]) -> str:
        flat = [f"{part:.6f}" for box in boxes for part in box]
        command = [sys.executable, "-m", "services.media.imaging", *flat]
        with self._turns:
            try:
                done = subprocess.run(  # noqa: S603  our own module, numbers as arguments
                    command,
                    input=data,
                    capture_output=True,
                    timeout=WAIT_S,
                    check=False,
                    cwd=ROOT,
                )
            except subprocess.TimeoutExpired as error:
                raise InvalidError("photo_unreadable", {"photo": "photo_unreadable"}) from error
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace")
            code = said if said in CODES else "photo_unreadable"
            raise InvalidError(code, {"photo": code})
        size = struct.unpack("!I", done.stdout[:4])[0]
        return self.store.put(done.stdout[4 : 4 + size], done.stdout[4 + size :])
