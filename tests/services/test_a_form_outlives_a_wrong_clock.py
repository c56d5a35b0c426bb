"""A page that a machine gave out whose clock was ahead is no expired one at another."""

from collections.abc import Callable

import pytest
from itsdangerous import TimestampSigner

from services.auth import Actor
from tests.pages import Pages
from tests.people import MINJI

YEAR_S = 31_536_000


@pytest.fixture
def clock_of_cookies(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Set the clock that cookies are signed by so many seconds ahead."""
    real = TimestampSigner.get_timestamp

    def put(ahead_s: int) -> None:
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: real(self) + ahead_s)

    return put


def taken(visit: Callable[[Actor | None], Pages], put: Callable[[int], None], ahead_s: int) -> int:
    """Return what a form is answered whose page was made so many seconds ahead."""
    pages = visit(MINJI)
    put(ahead_s)
    pages.get("/me/notifications")
    put(0)
    return pages.client.post("/reports/letters", data={"csrf_token": pages.token}).status_code


@pytest.mark.above_the_database
@pytest.mark.parametrize("ahead_s", [0, 3, 60, 86_400, -3, 1 - YEAR_S])
def test_it_is_taken(
    visit: Callable[[Actor | None], Pages], clock_of_cookies: Callable[[int], None], ahead_s: int
) -> None:
    assert taken(visit, clock_of_cookies, ahead_s) == 303


@pytest.mark.above_the_database
def test_one_that_is_too_old_is_not(
    visit: Callable[[Actor | None], Pages], clock_of_cookies: Callable[[int], None]
) -> None:
    assert taken(visit, clock_of_cookies, -YEAR_S - 60) == 400
