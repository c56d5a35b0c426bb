"""Visits to other bodies, side by side: one that takes its time keeps nobody else waiting."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Generic, Literal, TypeVar
from uuid import UUID

from services import clock

Row = TypeVar("Row")
Met = Literal["answered", "away", "nobody"]
# After this a visit begins nothing more, and nobody waits for its end.
LONGEST = timedelta(seconds=10)


class Visit:
    """One visit to one body: its own time, from `at` on, and whether the body `answered` in it."""

    def __init__(self, at: datetime, *, answered: bool = False) -> None:
        self._at, self._began = at, clock.now()
        self.answered = answered

    def now(self) -> datetime:
        return self._at + (clock.now() - self._began)

    def goes_on(self) -> "Visit":
        """Return the same visit with a time of its own for what comes next."""
        return Visit(self.now(), answered=self.answered)

    def bring(
        self,
        bag: Sequence[Row],
        tell: Callable[[Row, Callable[[], datetime]], Met],
        put_off: Callable[[Row, datetime], None],
    ) -> None:
        """Tell a body one after the other; stop where it is away, or has taken its time.

        `tell` says whom it met: nobody, where another has it in hand or nothing is left to tell.
        Whoever answered just now is not away: it stumbles over this one, and only that waits.
        """
        for row in bag:
            if self.now() - self._at > LONGEST:
                return
            met = tell(row, self.now)
            if met == "away":
                if not self.answered:
                    put_off(row, self.now())
                return
            self.answered |= met == "answered"


class Visits(Generic[Row]):
    """Makes the visits of one turn. A body that is still being visited is left out of the next."""

    def __init__(self, visit: Callable[[UUID, list[Row], datetime], None]) -> None:
        self._visit = visit
        self._made: dict[UUID, threading.Thread] = {}

    def under_way(self) -> list[UUID]:
        """Return the bodies whose visit has not ended."""
        self._made = {one: visit for one, visit in self._made.items() if visit.is_alive()}
        return list(self._made)

    def make(self, bags: dict[UUID, list[Row]], at: datetime) -> None:
        """Visit each body with what is for it, and wait for all, no longer than LONGEST."""
        new = {
            body_id: threading.Thread(target=self._visit, args=(body_id, bag, at), daemon=True)
            for body_id, bag in bags.items()
        }
        self._made |= new
        for one in new.values():
            one.start()
        ends = time.monotonic() + LONGEST.total_seconds()
        for one in new.values():
            one.join(max(0.0, ends - time.monotonic()))
