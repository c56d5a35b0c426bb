"""A promise is counted in working days: weekends and public holidays do not count."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.workdays import CLOSES, OPENS, Calendar, public_holidays

SEOUL = ZoneInfo("Asia/Seoul")
CITY = Calendar()
MOMENTS = st.integers(1_704_067_200, 1_893_456_000).map(lambda s: datetime.fromtimestamp(s, UTC))
DAYS = st.integers(1, 30)


def seoul(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


@pytest.mark.parametrize(
    "day",
    [
        "2026-02-16",  # Seollal and the days around it
        "2026-02-17",
        "2026-02-18",
        "2026-03-02",  # for the first of March, a Sunday
        "2026-05-25",  # for Buddha's birthday, a Sunday
        "2026-09-24",  # Chuseok
        "2026-09-25",
        "2026-10-09",  # Hangul day
    ],
)
def test_korean_holidays_are_known(day: str) -> None:
    assert date.fromisoformat(day) in public_holidays("KR", 2026)
    assert not CITY.open_on(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("made", "days", "due"),
    [
        ("2026-11-24T10:30", 2, "2026-11-26T10:30"),
        ("2026-11-26T17:00", 2, "2026-11-30T17:00"),  # over a weekend
        ("2026-11-28T12:00", 1, "2026-12-01T09:00"),  # told on a Saturday
        ("2026-11-24T22:00", 1, "2026-11-26T09:00"),  # told at night
        ("2026-02-13T10:00", 3, "2026-02-23T10:00"),  # over Seollal
        ("2026-11-24T10:30", 10, "2026-12-07T18:00"),  # by the day, the first counted
    ],
)
def test_a_promise_runs_as_the_law_says(made: str, days: int, due: str) -> None:
    assert CITY.due(seoul(made), days) == seoul(due)


@given(MOMENTS, DAYS)
def test_it_ends_in_working_hours(made: datetime, days: int) -> None:
    local = CITY.due(made, days).astimezone(SEOUL)
    assert CITY.open_on(local.date())
    assert OPENS <= local.time() <= CLOSES


@given(MOMENTS, MOMENTS, DAYS)
def test_what_is_told_later_is_never_promised_sooner(
    one: datetime, other: datetime, days: int
) -> None:
    first, second = sorted((one, other))
    assert CITY.due(first, days) <= CITY.due(second, days)


@given(MOMENTS, st.integers(1, 5))
def test_it_is_so_many_working_days_long(made: datetime, days: int) -> None:
    local = made.astimezone(SEOUL)
    begun = CITY.open_on(local.date()) and local.time() < CLOSES
    between = CITY.days_between(made, CITY.due(made, days))
    assert between == (days if begun else days + 1)


@given(MOMENTS, DAYS)
def test_a_day_off_never_shortens_a_promise(made: datetime, days: int) -> None:
    due = CITY.due(made, days)
    off = Calendar(closures=frozenset({due.astimezone(SEOUL).date()}))
    assert off.due(made, days) > due


def test_days_are_counted_back_too() -> None:
    late = datetime.combine(date(2026, 11, 30), time(12), SEOUL)
    assert CITY.days_between(late, late - timedelta(days=4)) == -2


def test_a_city_that_never_works_is_refused() -> None:
    never = frozenset(date(2026, 11, 24) + timedelta(days=n) for n in range(200))
    with pytest.raises(ValueError, match="no working day"):
        Calendar(closures=never).due(seoul("2026-11-24T10:00"), 1)
