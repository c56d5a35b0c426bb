"""Hours of the day as the city's clocks show them: read, written, and when quiet ones end."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

CLOCK = re.compile(r"\A([01]\d|2[0-3]):([0-5]\d)\Z")


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
    return moment_after(local, end, 1 if tomorrow else 0, at)


def wall(local: datetime, minutes: int, days: int, fold: int = 0) -> datetime:
    """Return, in UTC, when the clocks of `local` show `minutes` so many days later.

    `fold` says which of two, where they are set back.
    """
    day = local.date() + timedelta(days=days)
    clock = time(minutes // 60, minutes % 60, fold=fold)
    return datetime.combine(day, clock, local.tzinfo).astimezone(UTC)


def moment_after(local: datetime, minutes: int, days: int, after: datetime) -> datetime:
    """Return the moment the clocks show `minutes`; the second one where they are set back."""
    first = wall(local, minutes, days)
    return first if first > after else max(wall(local, minutes, days, fold=1), after)
