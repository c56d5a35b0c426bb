"""A person's own choice, then what the browser wishes for most, then the city's language."""

import pytest

from services import i18n


@pytest.mark.parametrize(
    ("accept", "cookie", "spoken"),
    [
        ("", None, "ko"),
        ("en-GB,en;q=0.9,ko;q=0.8", None, "en"),
        ("ko;q=0.1,en", None, "en"),
        ("fr,de;q=0.9", None, "ko"),
        ("fr,en;q=0.2", None, "en"),
        ("en;q=0,fr", None, "ko"),
        ("EN-us", None, "en"),
        ("en,ko", None, "en"),
        ("en;q=zero", None, "ko"),
        (";;;,,=,q", None, "ko"),
        ("en", "ko", "ko"),
        ("ko", "xx", "ko"),
    ],
)
def test_it_is_spoken(accept: str, cookie: str | None, spoken: str) -> None:
    assert i18n.chosen(accept, cookie, "ko") == spoken
