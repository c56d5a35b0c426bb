"""A time of day comes once on every day of the city, whatever its clocks do."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.clock import SKEW
from services.jobs.times import Daily, following, latest

ZONES = (
    "Asia/Seoul",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Pacific/Auckland",
)
DAYS = 40
zones = st.sampled_from(ZONES).map(ZoneInfo)
dailies = st.builds(Daily, st.integers(0, 22), st.integers(0, 59))
starts = st.dates(date(2010, 1, 1), date(2030, 12, 1))


@given(zone=zones, daily=dailies, start=starts)
def test_each_day_once(zone: ZoneInfo, daily: Daily, start: date) -> None:
    at = daily.on(start, zone)
    days = [at.astimezone(zone).date()]
    for _ in range(DAYS):
        later = daily.after(at, zone)
        assert timedelta(hours=22) < later - at < timedelta(hours=26)
        at = later
        days.append(at.astimezone(zone).date())
    assert days == [start + timedelta(days=n) for n in range(DAYS + 1)]


@given(zone=zones, daily=dailies, at=st.datetimes(datetime(2010, 1, 1), datetime(2030, 12, 1)))  # noqa: DTZ001
def test_it_is_the_first_that_is_later(zone: ZoneInfo, daily: Daily, at: datetime) -> None:
    now = at.replace(tzinfo=ZoneInfo("UTC"))
    found = daily.after(now, zone)
    assert found > now
    day = found.astimezone(zone).date()
    assert daily.on(day, zone) == found
    assert daily.on(day - timedelta(days=1), zone) <= now


def test_clocks_that_jump_and_clocks_that_go_back() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    jumped = Daily(2, 30).on(date(2026, 3, 29), berlin)
    assert jumped.isoformat() == "2026-03-29T01:30:00+00:00"
    back = Daily(2, 30).on(date(2026, 10, 25), berlin)
    assert back.isoformat() == "2026-10-25T00:30:00+00:00"


def test_seconds_are_counted_from_the_run() -> None:
    at = datetime(2026, 3, 29, 0, 59, tzinfo=ZoneInfo("UTC"))
    assert following(3600, at, ZoneInfo("Europe/Berlin")) == at + timedelta(hours=1)


@given(
    zone=zones,
    when=st.one_of(dailies, st.integers(0, 90_000)),
    at=st.datetimes(datetime(2010, 1, 1), datetime(2030, 12, 1)),  # noqa: DTZ001
    apart=st.timedeltas(-SKEW, SKEW),
)
def test_none_is_due_too_late_by_a_clock_that_is_a_little_off(
    zone: ZoneInfo, when: int | Daily, at: datetime, apart: timedelta
) -> None:
    now = at.replace(tzinfo=ZoneInfo("UTC"))
    assert following(when, now + apart, zone) <= latest(when, now, zone)
    assert latest(when, now, zone) <= following(when, now, zone) + timedelta(hours=26)
