"""What the bench of the map asks, and what numpy says is true of it."""

import random
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from bench.city import CITY, KINDS, Points, opened_s
from participation.reports.queries import ReportCard
from participation.reports.queries_map import SHEET, Sight
from participation.reports.rules import MapState

WANTED = 500
YEARS = 36
# East of this nearly all that waits has waited for long: a list there finds few of the young.
CALM_EAST_OF = 127.05
SECONDS_OF_OCTOBER = 2_678_400
Box = tuple[float, float, float, float]
SIGHTS = (
    Sight(),
    Sight(category=KINDS[0]),
    Sight(lately=True),
    Sight(state=MapState.SETTLED),
    Sight(category=KINDS[0], state=MapState.ALL),
)


def told(number: int, lon: float) -> tuple[int, int]:
    """Return (year, shelf): a thirty-sixth is young, of the old a quarter is settled long ago."""
    age = number % YEARS
    if age == 0 and lon > CALM_EAST_OF and number % (YEARS * 100):
        age = 1 + number // YEARS % (YEARS - 1)
    shelf = 2 if age == 0 else 4 if number // YEARS % 4 == 0 else 1
    return 2026 - age, shelf


class Truth(NamedTuple):
    """Each report's shelf, kind and moment, the moment as an integer that grows with time."""

    at: Points
    shelf: Any
    kind: Any
    moment: Any

    @classmethod
    def of(cls, at: Points) -> "Truth":
        year, shelf = np.array([told(n, lon) for n, lon in enumerate(at.lon.tolist())]).T
        second = np.array([opened_s(n) for n in range(len(at.kind))])
        return cls(at, shelf, np.array(at.kind), year * SECONDS_OF_OCTOBER + second)

    def shown(self, sight: Sight) -> Any:
        low, high = sight.shelves
        fits = (self.shelf >= low) & (self.shelf <= high)
        return fits & (self.kind == sight.kind) if sight.kind else fits

    def newest(self, box: Box, sight: Sight) -> list[int]:
        """Return the moments of the list beside the map, newest first."""
        west, south, east, north = box
        lat, lon = self.at.lat, self.at.lon
        inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        return sorted(self.moment[inside & self.shown(sight)].tolist(), reverse=True)[:SHEET]


def moments(cards: list[ReportCard]) -> list[int]:
    """Return when the reports of a list were told, as `Truth` has it."""
    found = []
    for one in cards:
        at = one.opened_at
        second = (at.day - 1) * 86_400 + at.hour * 3600 + at.minute * 60 + at.second
        found.append(at.year * SECONDS_OF_OCTOBER + second)
    return found


def views(truth: Truth, count: int) -> list[tuple[Box, int]]:
    """Return `count` boxes of about 500 places that a map shows, each with its true count."""
    chance = random.Random(7)
    shown = truth.shown(Sight())
    lats, lons = truth.at.lat[shown], truth.at.lon[shown]
    order = np.argsort(lats)
    sorted_lat = lats[order]
    found = []
    while len(found) < count:
        middle = chance.randrange(len(order))
        lat, lon, reach = float(lats[middle]), float(lons[middle]), 0.0005
        while True:
            low, high = np.searchsorted(sorted_lat, [lat - reach, lat + reach])
            near = lons[order[low:high]]
            wide = reach * 1.25
            n = int(((near >= lon - wide) & (near <= lon + wide)).sum())
            if n >= WANTED:
                break
            reach *= max(1.05, min(2.0, (WANTED / max(n, 1)) ** 0.5))
        found.append(((lon - wide, lat - reach, lon + wide, lat + reach), n))
    return found


def parts(count: int) -> list[Box]:
    """Return the whole city, `count` boxes of every size within it, and as many of its calm part.

    Sizes are drawn so that each order of magnitude is as frequent as the next.
    """
    chance, found = random.Random(3), [CITY]
    west, south, east, north = CITY
    for edge in (west, CALM_EAST_OF):
        for _ in range(count):
            wide = (east - edge) * 10 ** chance.uniform(-1.5, 0)
            high = (north - south) * wide / (east - edge)
            lon, lat = chance.uniform(edge, east - wide), chance.uniform(south, north - high)
            found.append((lon, lat, lon + wide, lat + high))
    return found


class Taken(NamedTuple):
    """What one reading took, in milliseconds: by the clock, and of this thread's processor."""

    clock: float
    cpu: float


def taken_by(read: Callable[[], object]) -> Taken:
    start, used = time.perf_counter(), time.thread_time()
    read()
    return Taken((time.perf_counter() - start) * 1000, (time.thread_time() - used) * 1000)


def timed(read: Callable[[], object], times: int) -> list[float]:
    """Return the milliseconds of each of some readings, sorted."""
    return sorted(taken_by(read).clock for _ in range(times))


def at_share(taken: Iterable[float], share: float) -> float:
    found = sorted(taken)
    return found[int(len(found) * share)]
