"""Working days: what a promise is counted in. Public holidays by the library `holidays`.

Days and hours are those of the city's own zone; instants go in and come out aware, in UTC.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import holidays
import msgspec

OPENS, CLOSES = time(9), time(18)
WEEKEND = frozenset({5, 6})
# The longest run without a working day that a calendar may hold; beyond it something is wrong.
LONGEST_PAUSE = 60
# Up to here a promise runs by the hour, beyond by the day (Civil Petitions Treatment Act of
# Korea, art. 19).
BY_THE_HOUR = 5


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int, subdivision: str = "") -> dict[date, str]:
    """Return the public holidays of a country (ISO 3166) in a year, substitute days included.

    With a `subdivision` (ISO 3166-2, without the country) those of that part of the country too.
    """
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    return {day: str(name) for day, name in sorted(found.items())}


@lru_cache(maxsize=1)
def countries() -> dict[str, tuple[str, ...]]:
    """Return the ISO 3166 codes whose holidays are known, each with those of its subdivisions."""
    known = holidays.list_supported_countries()
    return {code: tuple(sorted(known[code])) for code in sorted(known) if len(code) == 2}


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Return the names of the time zones this machine knows (IANA); all files are looked at."""
    return frozenset(available_timezones())


class Calendar(msgspec.Struct, frozen=True):
    """When a city works: `closures` are its own days off besides the public ones.

    `weekend` holds the days of the week that are never worked, Monday 0.
    """

    country: str = "KR"
    zone: str = "Asia/Seoul"
    closures: frozenset[date] = frozenset()
    subdivision: str = ""
    weekend: frozenset[int] = WEEKEND

    def holidays(self, year: int) -> dict[date, str]:
        """Return the public holidays of a year and their names."""
        return public_holidays(self.country, year, self.subdivision)

    def open_on(self, day: date) -> bool:
        """Say whether the city works on a day."""
        if day.weekday() in self.weekend or day in self.closures:
            return False
        return day not in self.holidays(day.year)

    def due(self, start: datetime, days: int) -> datetime:
        """Return when a promise of `days` working days, made at `start`, runs out.

        Up to five days it runs by the working hour, from the moment it was made; longer ones by
        the day, the first counted too, to the end of the last. (Civil Petitions Treatment Act of
        Korea, art. 19.) Raises ValueError for a promise of no day.
        """
        if days < 1:
            raise ValueError("a promise is of one working day or more")
        begin = self._working(start.astimezone(ZoneInfo(self.zone)))
        if days <= BY_THE_HOUR:
            day, hour = self._after(begin.date(), days), begin.timetz()
        else:
            day = self._after(begin.date(), days - 1)
            hour = CLOSES.replace(tzinfo=begin.tzinfo)
        return datetime.combine(day, hour).astimezone(UTC)

    def days_between(self, start: datetime, end: datetime) -> int:
        """Return how many working days lie after the day of `start`, up to that of `end`.

        Less than none where `end` is before `start`.
        """
        zone = ZoneInfo(self.zone)
        first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        if last < first:
            return -self.days_between(end, start)
        span = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
        return sum(map(self.open_on, span))

    def _working(self, local: datetime) -> datetime:
        """Return the moment itself in working hours, else the next time the city opens."""
        day = local.date()
        if self.open_on(day) and local.time() < CLOSES:
            return max(local, datetime.combine(day, OPENS, local.tzinfo))
        return datetime.combine(self._after(day, 1), OPENS, local.tzinfo)

    def _after(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`."""
        pause = 0
        while count:
            day += timedelta(days=1)
            pause = 0 if self.open_on(day) else pause + 1
            if pause > LONGEST_PAUSE:
                raise ValueError("the calendar has no working day")
            count -= self.open_on(day)
        return day
