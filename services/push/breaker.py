"""Leaves a push service alone while it fails, and how many sends each may take at once."""

import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

CHANCE = secrets.SystemRandom()
PATIENCE = 5
SHORTEST_S = 2.0
LONGEST_S = 60.0
JITTER = 0.8, 1.2
LONGEST_REST = timedelta(seconds=LONGEST_S * JITTER[1])
FORGET = timedelta(minutes=10)
# People choose the origins: their number, and the length of a query that names them, are bound.
KEPT = 500
NAMED = 50


class Seat(NamedTuple):
    """What a send takes a place of: a push service's origin and, where they count, its person."""

    origin: str
    person_id: UUID | None = None


@dataclass
class _State:
    seen_at: datetime
    sending: int = 0
    failures: int = 0
    opens_at: datetime | None = None


class Breaker:
    """Hands out places for sends, by origin (`https://host`) and person; threads may share it.

    After five failures in a row an origin rests, each time longer, up to a minute; then one
    message goes alone, and its fate decides. Of the `places` in all, an origin has at most
    `share`, so that a slow one cannot take every place, and a person at most `each`, who may
    name many slow ones; `spare` more are kept for emergencies.
    """

    def __init__(self, share: int, places: int = 100, spare: int = 0, each: int = 100) -> None:
        self.share = share
        self.places = places
        self.spare = spare
        self.each = each
        self._taken = 0
        self._people: Counter[UUID | None] = Counter()
        self._states: dict[str, _State] = {}
        self._lock = threading.Lock()

    def enter(self, seat: Seat, at: datetime, *, urgent: bool = False) -> bool:
        """Take a place for a send; False if it must wait."""
        spare = self.spare if urgent else 0
        with self._lock:
            if self._taken >= self.places + spare or self._people[seat.person_id] >= self.each:
                return False
            if len(self._states) >= KEPT:
                self._forget(at)
            state = self._states.setdefault(seat.origin, _State(at))
            state.seen_at = at
            room = self._room(state, at)
            if state.sending >= (room + spare if room == self.share else room):
                return False
            self._count(state, seat, 1)
            return True

    def leave(self, seat: Seat, at: datetime, *, well: bool | None) -> bool:
        """Give the place back and say how it went (None: nothing was learnt of the origin).

        Return True if the origin now rests.
        """
        with self._lock:
            state = self._states[seat.origin]
            self._count(state, seat, -1)
            if well is None:
                return False
            if well:
                state.failures, state.opens_at = 0, None
                if state.sending == 0:
                    del self._states[seat.origin]
                return False
            state.failures += 1
            if state.failures < PATIENCE:
                return False
            rest = min(SHORTEST_S * 2 ** (state.failures - PATIENCE), LONGEST_S)
            # The jitter keeps many senders from coming back in the same instant.
            state.opens_at = at + timedelta(seconds=rest * CHANCE.uniform(*JITTER))
            return True

    def resting(self, at: datetime) -> list[str]:
        """Return origins that take nothing, not even an emergency."""
        return self._named(lambda s: s.opens_at is not None and s.sending >= self._room(s, at))

    def busy(self) -> list[str]:
        """Return origins that take only emergencies."""
        return self._named(lambda s: s.opens_at is None and s.sending >= self.share)

    def busy_people(self) -> list[UUID | None]:
        """Return people who are told only emergencies just now; there are few, as places are."""
        with self._lock:
            return [who for who, sending in self._people.items() if sending >= self.each]

    def _count(self, state: _State, seat: Seat, by: int) -> None:
        state.sending += by
        self._taken += by
        if seat.person_id is not None:
            self._people[seat.person_id] += by
            if not self._people[seat.person_id]:
                del self._people[seat.person_id]

    def _named(self, chosen: Callable[[_State], bool]) -> list[str]:
        """Return at most fifty; `enter` refuses those beyond too."""
        with self._lock:
            return [origin for origin, state in self._states.items() if chosen(state)][:NAMED]

    def _forget(self, at: datetime) -> None:
        idle = [o for o, s in self._states.items() if not s.sending and at - s.seen_at > FORGET]
        for origin in idle:
            del self._states[origin]

    def _room(self, state: _State, at: datetime) -> int:
        if state.opens_at is None:
            return self.share
        # No rest is longer: one that seems to be was begun by a clock that was ahead.
        return 0 if at < state.opens_at <= at + LONGEST_REST else 1
