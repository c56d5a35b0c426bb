"""What a page says of until when it was read is a moment, or is refused with a sentence."""

from datetime import UTC, datetime

import pytest

from participation.reports.news.forms import parse_until
from services.errors import InvalidError


def test_a_moment_of_any_zone_is_one() -> None:
    assert parse_until("2026-11-02T18:00:00+09:00") == datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "odd",
    ["", "x", "2026-11-02T18:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)
def test_what_is_none_is_refused(odd: str) -> None:
    with pytest.raises(InvalidError, match="moment_unreadable"):
        parse_until(odd)
