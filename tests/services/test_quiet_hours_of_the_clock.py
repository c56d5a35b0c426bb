"""Quiet hours, on the city's clock, over midnight and where clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.hours import clock_of, minutes_of, quiet_until

SEOUL = "Asia/Seoul"
MINUTES = st.integers(0, 1439)
MOMENTS = st.integers(0, 2 * 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
ZONES = st.sampled_from([SEOUL, "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"])


def seoul(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(SEOUL)).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "start", "end", "until"),
    [
        (seoul(23), "22:00", "07:00", seoul(7, day=3)),
        (seoul(6, 59), "22:00", "07:00", seoul(7)),
        (seoul(7), "22:00", "07:00", None),
        (seoul(21, 59), "22:00", "07:00", None),
        (seoul(22), "22:00", "07:00", seoul(7, day=3)),
        (seoul(13), "12:30", "14:00", seoul(14)),
        (seoul(12), "12:30", "14:00", None),
        (seoul(3), "05:00", "05:00", None),
    ],
)
def test_quiet_hours_end_on_the_citys_clock(
    at: datetime, start: str, end: str, until: datetime | None
) -> None:
    assert quiet_until(at, SEOUL, minutes_of(start), minutes_of(end)) == until


def test_without_hours_nothing_is_quiet() -> None:
    assert quiet_until(seoul(3), SEOUL, None, None) is None


@given(at=MOMENTS, start=MINUTES, end=MINUTES, zone=ZONES)
def test_quiet_hours_end_later_and_within_a_day_and_an_hour(
    at: datetime, start: int, end: int, zone: str
) -> None:
    until = quiet_until(at, zone, start, end)
    assert until is None or at <= until <= at + timedelta(hours=25)


@given(minutes=MINUTES)
def test_a_clock_is_read_as_it_is_written(minutes: int) -> None:
    assert minutes_of(clock_of(minutes)) == minutes


@pytest.mark.parametrize("text", ["24:00", "7:00", "07:60", "", "later", "07:00\n"])
def test_other_words_are_no_clock(text: str) -> None:
    assert minutes_of(text) is None
