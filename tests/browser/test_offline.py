"""Without a line the shell opens and says so; no page of anybody is kept on the device."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Enter
from tests.browser.test_push_chromium import came_true
from tests.browser.visitor import controlled
from tests.conftest import WHOLE

pytestmark = pytest.mark.whole_browser

KEPT = """async () => { const found = []; for (const name of await caches.keys())
  for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);
  return found; }"""

# A browser that took the line for a good one all the time.
UNNOTICED = "addEventListener('online', (event) => event.stopImmediatePropagation(), true)"

# The city answers when the journey says so.
SLOW_ANSWERS = """window.fetch = () => new Promise((done) => {
  window.answered = () => done(new Response(""));
});"""

SHELL_SPEAKS_ENGLISH = """async () => (await (await caches.match('/offline')).text())
  .includes('lang="en"')"""


def comes_true(page: Page, promise: str, seconds: float = 20.0) -> None:
    """Ask `promise` until it holds; a page under our policy lets nobody repeat the question."""
    assert came_true(page, lambda: bool(page.evaluate(promise)), seconds), promise


def test_a_page_opened_without_a_line_says_what_to_do_in_the_readers_language(enter: Enter) -> None:
    visitor = enter("minji", expects_refusals=True, reduced_motion="reduce")
    page = visitor.page
    page.goto("/")
    controlled(page)
    for lang, title in (("ko", "연결이 끊겼어요"), ("en", "No connection")):
        if page.locator("html").get_attribute("lang") != lang:
            page.click(f"button[name=language][value={lang}]")
            page.locator(f"html[lang={lang}]").wait_for()
            comes_true(page, SHELL_SPEAKS_ENGLISH)
        visitor.context.set_offline(True)
        page.goto("/me")
        expect(page.locator("h1")).to_have_text(title)
        assert not visitor.violations()
        assert visitor.sideways() == 0
        visitor.context.set_offline(False)
        expect(page.locator("form[action='/sign-out']")).to_be_visible()


@pytest.mark.parametrize("noticed", [True, False])
def test_the_page_comes_back_with_the_line(enter: Enter, noticed: bool) -> None:
    visitor = enter("minji", expects_refusals=True, reduced_motion="reduce")
    page = visitor.page
    page.goto("/")
    controlled(page)
    if not noticed:
        visitor.context.add_init_script(UNNOTICED)
    visitor.context.set_offline(True)
    page.goto("/me")
    expect(page.locator("h1")).to_have_text("연결이 끊겼어요")
    visitor.context.set_offline(False)
    expect(page.locator("form[action='/sign-out']")).to_be_visible()


def test_who_goes_elsewhere_meanwhile_is_not_called_back(enter: Enter) -> None:
    visitor = enter("minji", expects_refusals=True, reduced_motion="reduce")
    page = visitor.page
    page.goto("/")
    controlled(page)
    visitor.context.add_init_script(SLOW_ANSWERS)
    visitor.context.set_offline(True)
    page.goto("/me")
    expect(page.locator("h1")).to_have_text("연결이 끊겼어요")
    visitor.context.set_offline(False)
    page.wait_for_function("() => window.answered")
    # The page one goes to is slow as well.
    page.evaluate(
        """() => { setTimeout(() => { window.answered(); }, 0); location.assign("/reports/"); }"""
    )
    page.wait_for_url("**/reports/")
    page.wait_for_timeout(1_000)
    assert page.url.endswith("/reports/")


def test_no_page_of_anybody_is_kept(enter: Enter) -> None:
    visitor = enter("hana", reduced_motion="reduce")
    page = visitor.page
    page.goto("/")
    controlled(page)
    for path in ("/me", "/me/notifications", "/console/", "/reports/", "/reports/map"):
        page.goto(path)
    comes_true(page, "async () => (await caches.has('tiles')) && (await caches.has('built'))")
    kept = page.evaluate(KEPT)
    public = re.compile(r"/(offline$|reports/offline$|static/dist/|media/|tiles/)")
    assert "/offline" in kept
    assert [path for path in kept if not public.match(path)] == []
    for address in ("/offline", "/reports/offline"):
        offline = page.evaluate("async (a) => (await caches.match(a)).text()", address)
        assert "csrf" not in offline
        assert "/console" not in offline


def test_an_older_versions_shell_is_cleaned_away(enter: Enter) -> None:
    visitor = enter(reduced_motion="reduce")
    page = visitor.page
    page.goto("/")
    controlled(page)
    page.evaluate(
        """async () => { await (await caches.open("shell-old")).put("/x", new Response(""));
        await (await navigator.serviceWorker.ready).unregister(); }"""
    )
    page.goto("/reports/")
    comes_true(page, "async () => !(await caches.has('shell-old'))")


def test_the_worker_is_small_and_always_asked_for_anew(enter: Enter) -> None:
    answer = enter().context.request.get("/sw.js")
    assert len(answer.body()) <= 10_240
    assert answer.headers["cache-control"] == "no-cache"
    assert "javascript" in answer.headers["content-type"]


def test_it_can_be_installed(city: str, tmp_path: Path, browser: Browser) -> None:
    # A private window may install nothing, so this one keeps its own folder.
    context = browser.browser_type.launch_persistent_context(
        str(tmp_path / "profile"), executable_path=WHOLE, args=["--no-sandbox"]
    )
    try:
        page = context.pages[0]
        page.goto(city)
        page.evaluate("navigator.serviceWorker.ready")
        cdp = context.new_cdp_session(page)
        assert cdp.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
        manifest = cdp.send("Page.getAppManifest")
        assert manifest["errors"] == []
        assert '"maskable"' in manifest["data"]
    finally:
        context.close()
