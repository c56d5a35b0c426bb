"""A promise is counted in working days: weekends and public holidays do not count."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.workdays import CLOSES, OPENS, Calendar, countries, public_holidays

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


# As the government gazette had them, or the law of substitute days (2023-05-04) gives them.
SEOLLAL_AND_CHUSEOK = {
    2023: ("01-21 01-22 01-23 01-24", "09-28 09-29 09-30"),
    2024: ("02-09 02-10 02-11 02-12", "09-16 09-17 09-18"),
    2025: ("01-28 01-29 01-30", "10-05 10-06 10-07 10-08"),
    2026: ("02-16 02-17 02-18", "09-24 09-25 09-26"),
    2027: ("02-06 02-07 02-08 02-09", "09-14 09-15 09-16"),
}
SUBSTITUTES = [
    *("2023-01-24", "2023-05-29", "2024-02-12", "2024-05-06", "2025-03-03", "2025-05-06"),
    *("2025-10-08", "2026-03-02", "2026-05-25", "2026-08-17", "2026-10-05", "2027-02-09"),
    *("2027-08-16", "2027-10-04", "2027-10-11", "2027-12-27"),
]


@pytest.mark.parametrize("year", sorted(SEOLLAL_AND_CHUSEOK))
def test_the_great_feasts_are_off_with_the_days_around_them(year: int) -> None:
    days = " ".join(SEOLLAL_AND_CHUSEOK[year]).split()
    assert [d for d in days if CITY.open_on(date.fromisoformat(f"{year}-{d}"))] == []
    # The day after the last is a working day again, unless the weekend follows.
    for feast in SEOLLAL_AND_CHUSEOK[year]:
        after = date.fromisoformat(f"{year}-{feast.split()[-1]}") + timedelta(days=1)
        named = after in public_holidays("KR", year)
        assert CITY.open_on(after) == (after.weekday() < 5 and not named)


@pytest.mark.parametrize("day", SUBSTITUTES)
def test_a_substitute_day_is_off_and_the_promise_runs_over_it(day: str) -> None:
    off = date.fromisoformat(day)
    assert off.weekday() < 5
    assert not CITY.open_on(off)
    before = off - timedelta(days=1)
    while not CITY.open_on(before):
        before -= timedelta(days=1)
    due = CITY.due(datetime.combine(before, time(10), SEOUL), 1).astimezone(SEOUL).date()
    assert due > off
    assert CITY.open_on(due)


def test_a_holiday_on_a_saturday_without_a_substitute_moves_nothing() -> None:
    assert CITY.open_on(date(2026, 9, 28))  # the last day of Chuseok was a Saturday
    assert CITY.open_on(date(2026, 6, 8))  # so was Memorial Day


def test_another_country_has_its_own_days_and_its_own_weekend() -> None:
    cairo = Calendar("EG", "Africa/Cairo", weekend=frozenset({4, 5}))
    assert cairo.open_on(date(2026, 11, 22))  # a Sunday
    assert not cairo.open_on(date(2026, 11, 20))  # a Friday
    munich, berlin = (Calendar("DE", "Europe/Berlin", subdivision=one) for one in ("BY", "BE"))
    assert not munich.open_on(date(2026, 1, 6))
    assert berlin.open_on(date(2026, 1, 6))
    assert "BY" in countries()["DE"]


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
