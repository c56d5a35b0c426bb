"""The daily hour, on the city's clock, also where clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from participation.alerts.rules import next_digest

SEOUL = "Asia/Seoul"
MOMENTS = st.integers(0, 2 * 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
ZONES = st.sampled_from([SEOUL, "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"])


def seoul(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(SEOUL)).astimezone(UTC)


@given(at=MOMENTS, hour=st.integers(0, 23), zone=ZONES)
def test_the_digest_comes_once_a_day(at: datetime, hour: int, zone: str) -> None:
    due = next_digest(at, zone, hour)
    assert at <= due <= at + timedelta(hours=25)


def test_the_digest_of_the_hour_itself_is_tomorrows() -> None:
    assert next_digest(seoul(8), SEOUL, 8) == seoul(8, day=3)
    assert next_digest(seoul(7, 59), SEOUL, 8) == seoul(8)
