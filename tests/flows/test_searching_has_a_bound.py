"""Words are looked for in every report, which costs: how often anybody may is bounded."""

from collections.abc import Callable

import msgspec
import pytest
from flask import Flask

from participation.reports.feeds.views import SEARCH
from services.auth import Actor
from services.web.limits import MemoryCounter
from tests.pages import Pages
from tests.people import MINJI

Visit = Callable[[Actor | None], Pages]


@pytest.fixture
def spent(app: Flask) -> None:
    """Let all strangers of the tests' one line have looked as often as they may."""
    app.extensions["settings"] = msgspec.structs.replace(
        app.extensions["settings"], mode="production"
    )
    counter = app.extensions["limits"] = MemoryCounter()
    for name in ("search", "numbers"):
        for _ in range(SEARCH.times):
            counter.count(f"{name}:127.0.0.1", SEARCH.window_s)


@pytest.mark.usefixtures("spent")
@pytest.mark.parametrize("path", ["/reports/?q=lamp", "/reports/feed.atom?q=lamp"])
def test_who_searches_on_and_on_waits_and_reads_all_else_meanwhile(visit: Visit, path: str) -> None:
    answer = visit(None).client.get(path)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert visit(None).client.get(path.split("?")[0]).status_code == 200
    assert visit(MINJI).client.get(path).status_code == 200


@pytest.mark.usefixtures("spent")
@pytest.mark.parametrize("file", ["", "/file.csv", "/file.json"])
def test_the_public_numbers_are_counted_so_often_and_no_oftener(visit: Visit, file: str) -> None:
    path = f"/reports/numbers{file}"
    assert visit(None).client.get(path).status_code == 429
    assert visit(MINJI).client.get(path).status_code == 200
