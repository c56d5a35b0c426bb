"""The way from a stranger's bytes to a stored picture, through a process that may die."""

from services.errors import InvalidError
from services.media.store import Store
from services.media.turns import Turns
from services.pictures.forks import Box, ForkServer

LARGEST = 20 * 1024 * 1024
# Two pictures are worked on at a time, by one server for the whole process. Its eight threads
# answer all else too: three may wait for long, and two of the team; the others for less than a
# second.
TURNS = Turns(2, seats=3, patience_s=0.8, longest_s=10.0, reserved=2)
FORKS = ForkServer()


class Processor:
    """Works on two pictures at a time; others wait a little, without keeping pages from anybody."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def accept(self, data: bytes) -> str:
        """Store a picture and return its hash.

        Raises InvalidError (photo_type, photo_too_large, photo_unreadable); PicturesBusyError where
        too many wait.
        """
        if len(data) > LARGEST:
            raise InvalidError("photo_too_large", {"photo": "photo_too_large"})
        return self._processed(data, [])

    def redact(self, name: str, boxes: list[Box], *, by: str) -> str:
        """Store the picture with `boxes` blackened and return its hash; the one before stays.

        Whoever holds the one before says for how long (services.media.sweep). A face stays in sight
        until this is done: it waits its turn, however many uploads do. Raises as `accept`, and
        RefusedError while another one is done `by` the same person.
        """
        path = self.store.path(name, "large")
        if path is None:
            raise InvalidError("photo_unreadable", {"photo": "photo_unreadable"})
        return self._processed(path.read_bytes(), boxes, by=by)

    def _processed(self, data: bytes, boxes: list[Box], *, by: str | None = None) -> str:
        with TURNS.taken(by=by):
            large, small = FORKS.ask(data, boxes)
        return self.store.put(large, small)
