"""Where the pages of a walk ended, so that the next begins behind, whatever is written then."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

Place = tuple[datetime, UUID]
ROOM = 20_000
KEPT_S = 1800.0


class Walks:
    """Remembers, for each walker and page, the place behind which the page begins.

    A page counted from the start loses a row when one before it is hidden or closed meanwhile,
    and meets one twice when one is added before it. For one process; a walker who comes to another
    is counted from the start there. The parameter `after` needs no memory.
    """

    def __init__(self, room: int = ROOM, kept_s: float = KEPT_S) -> None:
        self.room = room
        self.kept_s = kept_s
        self._places: OrderedDict[tuple[str, int], tuple[float, Place]] = OrderedDict()
        self._turn = threading.Lock()

    def before(self, walker: str, page: int) -> Place | None:
        """Return the place behind which this page begins; None if that is not known."""
        found = self._places.get((walker, page))
        if found is None or time.monotonic() - found[0] > self.kept_s:
            return None
        return found[1]

    def ended(self, walker: str, page: int, place: Place) -> None:
        """Note that a page ended at this place."""
        key = (walker, page + 1)
        with self._turn:
            self._places.pop(key, None)
            self._places[key] = (time.monotonic(), place)
            while len(self._places) > self.room:
                self._places.popitem(last=False)


def walker_of(who: Iterable[str], asked: Iterable[tuple[str, str]]) -> str:
    """Return the name of one walker over one question; its page is no part of the question."""
    question = sorted((name, value) for name, value in asked if name != "page")
    return hashlib.sha256(repr((tuple(who), question)).encode()).hexdigest()
