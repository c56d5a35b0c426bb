"""The way from a stranger's bytes to a stored picture, through a process that may die."""

import threading

from services.errors import InvalidError
from services.media.store import Store
from services.pictures.forks import Box, ForkServer

LARGEST = 20 * 1024 * 1024
# At most two pictures are worked on at a time, by one server for the whole process.
TURNS = threading.BoundedSemaphore(2)
FORKS = ForkServer()


class Processor:
    """Works on at most two pictures at a time; others wait their turn without blocking pages."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def accept(self, data: bytes) -> str:
        """Store a picture and return its hash; raises InvalidError (photo_type, photo_too_large,
        photo_unreadable)."""
        if len(data) > LARGEST:
            raise InvalidError("photo_too_large", {"photo": "photo_too_large"})
        return self._processed(data, [])

    def redact(self, name: str, boxes: list[Box]) -> str:
        """Store the picture with `boxes` blackened and return its hash; the one before stays.

        Whoever holds the one before says for how long (services.media.sweep).
        """
        path = self.store.path(name, "large")
        if path is None:
            raise InvalidError("photo_unreadable", {"photo": "photo_unreadable"})
        return self._processed(path.read_bytes(), boxes)

    def _processed(self, data: bytes, boxes: list[Box]) -> str:
        with TURNS:
            large, small = FORKS.ask(data, boxes)
        return self.store.put(large, small)
