"""The figures of a large city are counted at most every half minute, however many look at them."""

from datetime import datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

import msgspec

from participation.reports.promises.queries import Cell, Numbers, Scope, cells_of, told_of
from services.db import Session

# What is told of fewer reports is counted in some tens of milliseconds, and is always of now.
MANY = 10_000
KEPT_FOR = timedelta(seconds=30)
# When, and what was counted then.
Count = tuple[datetime, list[Cell]]
# Questions remembered: of a month to end with, a span and a source.
MOST = 64


class Counted:
    """What was counted of late, by what was asked; the bodies are told apart when it is shown."""

    def __init__(self, many: int = MANY) -> None:
        self._many = many
        self._kept: dict[Scope, Count] = {}
        self._lock = Lock()

    def numbers(self, session: Session, zone: ZoneInfo, asked: Scope, *, at: datetime) -> Numbers:
        """Return the figures, with the moment they were counted at; raises ValueError as they do.

        Who asks while they are being counted waits, and is told the same.
        """
        of_all = msgspec.structs.replace(asked, body="")
        kept = self._fresh(of_all, at)
        if kept is None:
            # One count at a time; who finds what is kept waits for none.
            with self._lock:
                kept = self._fresh(of_all, at) or self._count(session, zone, of_all, at)
        moment, cells = kept
        return told_of(cells, zone, asked, moment)

    def _fresh(self, asked: Scope, at: datetime) -> Count | None:
        found = self._kept.get(asked)
        # Who came later may have waited longer for the lock; a clock set back keeps nothing.
        return found if found is not None and abs(at - found[0]) < KEPT_FOR else None

    def _count(self, session: Session, zone: ZoneInfo, asked: Scope, at: datetime) -> Count:
        self._kept.pop(asked, None)
        cells = cells_of(session, zone, asked, at=at)
        if sum(cell.tally.told for cell in cells) >= self._many:
            if len(self._kept) >= MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[asked] = at, cells
        return at, cells
