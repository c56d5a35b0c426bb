"""Parts of a page that are stirred together share one reading of their source."""

import time
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Request, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, a_spot, photo, write_report

# Readings of one source are at least its calm apart (static/src/core/partial.ts).
APART_S = 0.15


def test_the_queue_and_its_views_are_fetched_once(enter: Enter, tmp_path: Path) -> None:
    page = enter("soyeon", viewport=DESK).page
    page.goto("/console/?view=new")
    expect(page.locator("html[data-live=live]")).to_be_attached()
    asked: list[float] = []

    def note(request: Request) -> None:
        if request.headers.get("x-partial"):
            asked.append(time.monotonic())

    page.on("request", note)
    minji = enter("minji", geolocation=a_spot(), permissions=["geolocation"])
    key = write_report(minji.page, photo(tmp_path / "lamp.jpg")).split("/")[-1]
    expect(page.locator(f"#queue a[href*='{key}']").first).to_be_visible()
    page.wait_for_timeout(500)
    assert asked
    assert all(later - sooner > APART_S for sooner, later in pairwise(asked))
