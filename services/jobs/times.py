"""When a job is due: every so many seconds, or each day at a time of the city's clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.clock import SKEW


@dataclass(frozen=True)
class Daily:
    """Each day at `hour`:`minute`, as the city's clocks show it.

    Where clocks go forward over that time it is the moment they would have shown it, and where
    they go back and show it twice, the first: once a day, whatever the clocks do.
    """

    hour: int
    minute: int = 0

    def on(self, day: date, zone: ZoneInfo) -> datetime:
        """Return the moment of `day`, in UTC."""
        shown = datetime.combine(day, time(self.hour, self.minute), tzinfo=zone)
        return shown.astimezone(UTC)

    def after(self, at: datetime, zone: ZoneInfo) -> datetime:
        """Return the first of these moments later than `at`, in UTC."""
        day = at.astimezone(zone).date() - timedelta(days=1)
        while (found := self.on(day, zone)) <= at:
            day += timedelta(days=1)
        return found


def following(when: int | Daily, at: datetime, zone: ZoneInfo) -> datetime:
    """Return when a job that is run `at` is due again; `when` is in seconds, or a time of day."""
    return when.after(at, zone) if isinstance(when, Daily) else at + timedelta(seconds=when)


def first(when: int | Daily, at: datetime, zone: ZoneInfo) -> datetime:
    """Return when a job that is new `at` is due: at once, or at its time of day."""
    return when.after(at, zone) if isinstance(when, Daily) else at


def latest(when: int | Daily, at: datetime, zone: ZoneInfo) -> datetime:
    """Return the latest moment, in UTC, a job can be due that was run `at` or before.

    What is due later was put off by a clock that was ahead.
    """
    return following(when, at + SKEW, zone)
