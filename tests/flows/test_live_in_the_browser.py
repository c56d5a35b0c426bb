"""Open pages follow what happens without being read anew, also across a server that dies."""

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from services.auth import Actor
from tests import servers
from tests.flows.processes import Process, browser, open_report, process, token_of
from tests.people import JUN, MINJI, SOYEON

PATIENCE_MS = 20_000


class Town:
    """The product in one process on a port of its own, and browsers that look at it."""

    def __init__(self, app: Flask, folder: Path, chromium: Browser) -> None:
        self.app, self.folder, self.chromium = app, folder, chromium
        settings = app.extensions["settings"]
        self.settings = {
            "DATABASE_URL": settings.database_url,
            "MADANG_SECRET_KEY": settings.secret_key,
            "MADANG_MODE": "test",
            "PORT": str(servers.free_port()),
        }

    def serving(self) -> AbstractContextManager[Process]:
        return process("serve", self.folder, **self.settings)

    def look(self, server: Process, path: str, who: Actor) -> Page:
        """Open a page that may not be read anew: a mark on it would be gone."""
        context = self.chromium.new_context(base_url=server.address)
        cookie = {"name": "madang_session", "value": token_of(self.app, who)}
        context.add_cookies([cookie | {"url": server.address}])
        page = context.new_page()
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("data-live", "live", timeout=PATIENCE_MS)
        page.evaluate("window.mark = true")
        return page

    def report(self, server: Process, key: str) -> str:
        return open_report(browser(server.address, token_of(self.app, MINJI)), server.address, key)


@pytest.fixture
def town(app: Flask, tmp_path: Path, browser: Browser) -> Iterator[Town]:
    made = Town(app, tmp_path, browser)
    yield made
    for context in browser.contexts:
        context.close()


def test_a_report_page_and_the_queue_follow(town: Town) -> None:
    with town.serving() as server:
        first = town.report(server, "tap-browser-1")
        page = town.look(server, f"/reports/{first}", JUN)
        queue = town.look(server, "/console/", SOYEON)
        before = queue.locator("#queue > li").count()
        second = town.report(server, "tap-browser-2")
        expect(queue.locator(f'#queue a[href*="{second}"]').first).to_be_attached(
            timeout=PATIENCE_MS
        )
        assert queue.locator("#queue > li").count() == before + 1
        queue.goto(f"/console/reports/{first}")
        queue.locator('[name="text"]').first.fill("내일 고칠게요")
        queue.locator(
            'form[action$="/answer"] [type="submit"], form[action$="/answer"] button'
        ).last.click()
        expect(page.get_by_text("내일 고칠게요").first).to_be_visible(timeout=PATIENCE_MS)
        assert page.evaluate("window.mark") is True


def test_a_page_whose_server_died_says_so_and_misses_nothing(town: Town) -> None:
    with town.serving() as server:
        town.report(server, "tap-browser-0")
        queue = town.look(server, "/console/", SOYEON)
        server.stop(signal.SIGKILL)
        html = queue.locator("html")
        expect(html).to_have_attribute("data-live", "reconnecting", timeout=PATIENCE_MS)
    with town.serving() as server:
        missed = town.report(server, "tap-browser-3")
        expect(html).to_have_attribute("data-live", "live", timeout=PATIENCE_MS)
        shown = queue.locator(f'#queue a[href*="{missed}"]').first
        expect(shown).to_be_attached(timeout=PATIENCE_MS)
        assert queue.evaluate("window.mark") is True
