"""What can be followed, how far, and when a person may be told: no database, no clock."""

import math
import re
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Kind(StrEnum):
    """A circle around a place, a ward, the words of a search, or the whole city."""

    CIRCLE = "circle"
    WARD = "ward"
    WORDS = "words"
    CITY = "city"


class Way(StrEnum):
    """At once on the phone, or once a day together."""

    PUSH = "push"
    DIGEST = "digest"


LEAST_M, MOST_M = 50, 20_000
RADII = (50, 100, 300, 1000)
MOST_ALERTS = 50
UNDO = timedelta(minutes=10)
# Older reports that come in late, as imports do, are no news.
FRESH = timedelta(days=2)
DIGEST_HOUR = 8
DAY_MIN = 24 * 60
GRAM = 2
EARTH_M = 6_371_008.8
CLOCK = re.compile(r"\A([01]\d|2[0-3]):([0-5]\d)\Z")


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the distance of two places (degrees) on a sphere, in metres (haversine)."""
    phi, other_phi = math.radians(lat), math.radians(other_lat)
    half_high = math.sin((other_phi - phi) / 2)
    half_wide = math.sin(math.radians(other_lon - lon) / 2)
    share = half_high**2 + math.cos(phi) * math.cos(other_phi) * half_wide**2
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, share)))


def minutes_of(text: str) -> int | None:
    """Return the minutes since midnight of "HH:MM", None if it is no such time."""
    found = CLOCK.match(text)
    return int(found[1]) * 60 + int(found[2]) if found else None


def clock_of(minutes: int | None) -> str:
    """Return "HH:MM" of minutes since midnight, nothing for None."""
    return "" if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def quiet_until(at: datetime, zone: str, start: int | None, end: int | None) -> datetime | None:
    """Return when the quiet hours around `at` end, None outside of them.

    `start` and `end` are minutes since midnight in the city's zone; a start after its end goes
    over midnight, and equal ones are no quiet hours.
    """
    if start is None or end is None or start == end:
        return None
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    night = start > end
    inside = (minute >= start or minute < end) if night else start <= minute < end
    if not inside:
        return None
    tomorrow = night and minute >= start
    return _moment(local, end, 1 if tomorrow else 0, at)


def next_digest(at: datetime, zone: str, hour: int) -> datetime:
    """Return the next full `hour` of the city's day after `at`."""
    local = at.astimezone(ZoneInfo(zone))
    today = _wall(local, hour * 60, 0)
    return today if today > at else _moment(local, hour * 60, 1, at)


def _wall(local: datetime, minutes: int, days: int, fold: int = 0) -> datetime:
    day = local.date() + timedelta(days=days)
    clock = time(minutes // 60, minutes % 60, fold=fold)
    return datetime.combine(day, clock, local.tzinfo).astimezone(UTC)


def _moment(local: datetime, minutes: int, days: int, after: datetime) -> datetime:
    """Return the moment the clocks show `minutes`; the second one where they are set back."""
    first = _wall(local, minutes, days)
    return first if first > after else max(_wall(local, minutes, days, fold=1), after)


def gram_of(words: str) -> str:
    """Return the two letters words begin with, in small letters; one where there is but one."""
    return words.lower()[:GRAM]


def grams_in(text: str) -> set[str]:
    """Return every beginning that words said in a text can have, in small letters."""
    said = text.lower()
    return {said[n : n + size] for size in range(1, GRAM + 1) for n in range(len(said))}
