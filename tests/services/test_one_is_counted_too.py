"""English tells one from many by a letter; a sentence that is filled with any count says it so that
one reads right as well. Its days are written as its moments are."""

import re
from datetime import UTC, datetime

from services import i18n

MANY = re.compile(r"%\(count\)s (?:\w+ )*?\w+s\b")
# These are said of two and more alone.
ALWAYS_MANY = {
    "%(count)s entries, checked",
    "%(count)s steps are shown that stand in no chain: someone put them in past Madang.",
    "All %(count)s hexagons",
    "Its %(count)s photos are shown here once somebody of the city has looked them over for faces "
    "and number plates.",
    "Only you and the city's team see %(count)s of these photos until the team has looked them "
    "over for faces and number plates.",
}


def test_a_sentence_with_a_count_reads_right_with_one() -> None:
    odd = {text for text in i18n.catalog() if MANY.search(text)} - ALWAYS_MANY
    told = {text for text in odd if "people who were asked" not in text}
    assert told == set()


def test_an_english_day_is_written_like_the_day_of_a_moment() -> None:
    at = datetime(2026, 12, 4, 3, 0, tzinfo=UTC)
    assert i18n.day("en", at, "Asia/Seoul") == "4 December 2026"
    assert i18n.moment("en", at, "Asia/Seoul").startswith("4 Dec 2026")
    assert i18n.day("ko", at, "Asia/Seoul") == "2026년 12월 4일"
