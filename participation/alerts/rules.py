"""What can be followed, how far, and when a person may be told: no database, no clock."""

import math
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.hours import moment_after, wall


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
# What has been public for longer and comes in late, as imports do, is no news.
FRESH = timedelta(days=2)
DIGEST_HOUR = 8
GRAM = 2
EARTH_M = 6_371_008.8


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the distance of two places (degrees) on a sphere, in metres (haversine)."""
    phi, other_phi = math.radians(lat), math.radians(other_lat)
    half_high = math.sin((other_phi - phi) / 2)
    half_wide = math.sin(math.radians(other_lon - lon) / 2)
    share = half_high**2 + math.cos(phi) * math.cos(other_phi) * half_wide**2
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, share)))


def next_digest(at: datetime, zone: str, hour: int) -> datetime:
    """Return the next full `hour` of the city's day after `at`."""
    local = at.astimezone(ZoneInfo(zone))
    today = wall(local, hour * 60, 0)
    return today if today > at else moment_after(local, hour * 60, 1, at)


def gram_of(words: str) -> str:
    """Return the two letters words begin with, in small letters; one where there is but one."""
    return words.lower()[:GRAM]


def grams_in(text: str) -> set[str]:
    """Return every beginning that words said in a text can have, in small letters."""
    said = text.lower()
    return {said[n : n + size] for size in range(1, GRAM + 1) for n in range(len(said))}
