"""Whose picture is worked on next, without holding every thread of a process meanwhile."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from services.errors import DomainError, RefusedError


class PicturesBusyError(DomainError):
    """So many pictures are being worked on that another would wait too long; nothing was kept."""

    status = 503
    retry_after_s = 5

    def __init__(self) -> None:
        super().__init__("photos_busy")


class Turns:
    """Lets `at_once` work at a time, and others wait.

    A few (`seats`) may wait for up to `longest_s` seconds. Whoever comes when those are taken waits
    for `patience_s` at most, and not at all where no turn came by for so long, or where those ahead
    will take longer: each who waits holds a thread that answers nobody else. Who works on what
    others sent names themselves (`by`), and waits as long as those with a seat, though all are
    taken: `reserved` such people at a time, each with one picture.
    """

    def __init__(
        self, at_once: int, seats: int, patience_s: float, longest_s: float, *, reserved: int = 0
    ) -> None:
        self.seats = seats
        self.reserved = reserved
        self.patience_s = patience_s
        self.longest_s = longest_s
        self._at_once = self._free = at_once
        self._seated = 0
        self._people: set[str] = set()
        self._waiting: deque[object] = deque()
        self._lasts_s = 0.0
        self._moved_at = 0.0
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, *, by: str | None = None) -> Iterator[None]:
        """Hold a turn; raises PicturesBusyError where none comes in time.

        Raises RefusedError (photo_under_way) for who has one of theirs waiting or at work.
        """
        with self._one_each(by) as reserved:
            with self._changed:
                self._wait(seated=reserved or self._seated < self.seats)
                self._free -= 1
                began = self._moved_at = time.monotonic()
            try:
                yield
            finally:
                with self._changed:
                    self._free += 1
                    self._moved_at = time.monotonic()
                    self._lasts_s = self._moved_at - began
                    self._changed.notify_all()

    @contextmanager
    def _one_each(self, by: str | None) -> Iterator[bool]:
        """Let a person in with one picture at a time; say whether a reserved seat is left."""
        if by is None:
            yield False
            return
        with self._changed:
            if by in self._people:
                raise RefusedError("photo_under_way")
            reserved = len(self._people) < self.reserved
            self._people.add(by)
        try:
            yield reserved
        finally:
            with self._changed:
                self._people.remove(by)

    def _wait(self, *, seated: bool) -> None:
        came, mine = time.monotonic(), object()
        if self._free == 0 and not seated and self._takes_long():
            raise PicturesBusyError
        self._seated += seated
        self._waiting.append(mine)
        try:
            while self._free == 0 or self._waiting[0] is not mine:
                patient_until = min(came, self._moved_at) + self.patience_s
                left = (came + self.longest_s if seated else patient_until) - time.monotonic()
                if left <= 0:
                    raise PicturesBusyError
                self._changed.wait(left)
        finally:
            self._seated -= seated
            self._waiting.remove(mine)
            # Whoever is the first now looks whether there is a turn.
            self._changed.notify_all()

    def _takes_long(self) -> bool:
        """Say whether those ahead will take longer than who comes now has patience."""
        return len(self._waiting) * self._lasts_s > self.patience_s * self._at_once
