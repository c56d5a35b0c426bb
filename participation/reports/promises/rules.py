"""When a promise comes so near that its report rises: pure, in the hours the city works."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.workdays import CLOSES, OPENS, Calendar

# The last fifth of a promise is near, but never less than two working hours.
NEAR_SHARE = 5
NEAR_LEAST = timedelta(hours=2)
DAY = timedelta(days=1)
# By why a report rises, the kind of the step that says so.
RAISED = {"promise": "escalated_promise", "people": "escalated_people"}


def near(length: timedelta) -> timedelta:
    """Return how many working hours before its end a promise of so many is near."""
    return max(NEAR_LEAST, length / NEAR_SHARE)


def rises_at(calendar: Calendar, made_at: datetime, due_at: datetime) -> datetime:
    """Return when a report rises whose promise was made and runs out at these instants, in UTC.

    A promise that is shorter than what is near rises from the moment it was made.
    """
    left = near(worked_between(calendar, made_at, due_at))
    return max(made_at, worked_before(calendar, due_at, left))


def worked_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Return the working time between two instants; none where the second is not later."""
    zone, total = ZoneInfo(calendar.zone), timedelta()
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        opens, closes = _hours(calendar, day, zone)
        total += max(timedelta(), min(closes, end) - max(opens, start))
        day += DAY
    return total


def worked_before(calendar: Calendar, end: datetime, left: timedelta) -> datetime:
    """Return the instant, in UTC, from which exactly `left` of working time leads to `end`."""
    zone = ZoneInfo(calendar.zone)
    day = end.astimezone(zone).date()
    while True:
        opens, closes = _hours(calendar, day, zone)
        worked = max(timedelta(), min(closes, end) - opens)
        if worked >= left:
            return (opens + worked - left).astimezone(UTC)
        left, day = left - worked, day - DAY


def _hours(calendar: Calendar, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return from when to when the city works on a day; no time at all on a day off."""
    closes = CLOSES if calendar.open_on(day) else OPENS
    return _at(day, OPENS, zone), _at(day, closes, zone)


def _at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, hour, zone).astimezone(UTC)
