"""Someone with a browser. Whatever a page must never do is noted while it happens."""

import contextlib
import itertools
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyvips
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, expect

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
PHONE = {"width": 360, "height": 760}
DESK = {"width": 1280, "height": 860}
# Nobody fills in a form faster; what is sent sooner waits for a moderator's first look.
UNHURRIED_MS = 2_100
WORDS = "가로등이 나흘째 꺼져 있어요"
LOCALES = {"ko": "ko-KR", "en": "en-US"}
NOTE_VIOLATIONS = """
document.addEventListener("securitypolicyviolation",
  (e) => console.error("CSP " + e.violatedDirective + " " + e.blockedURI));
"""
# Waits until each report that is being sent, or is about to be, has had its turn.
TURN = """async () => { const { held, pending } = await navigator.locks.query();
  const names = [...held, ...pending].map(({ name }) => name);
  const turns = names.filter((name) => name.startsWith("madang.reports."));
  await Promise.all(turns.map((name) => navigator.locks.request(name, () => 0))); }"""
# An answer of 4xx is shown in the console by Chromium; the journeys that want one say so.
# So are a map tile that could not be fetched and a socket that tried, where a journey has no line.
STATUS_TEXT = ("Failed to load resource", "TypeError: Failed to fetch")
NO_LINE = "net::ERR_INTERNET_DISCONNECTED"
# No journey wants the product to break.
BROKEN = "status of 500"
# Haneul's streets; many reports at one spot within minutes would wait for a first look.
SPOTS = itertools.product(range(12), range(12))
SOUTH, WEST, APART = 34.2052, 127.9062, 0.0013


def a_spot() -> dict[str, float]:
    """Return a place, as a browser's geolocation, at which no other journey reports."""
    row, column = next(SPOTS)
    return {"latitude": SOUTH + row * APART, "longitude": WEST + column * APART}


class Visitor:
    """A browser context of its own; `leave` fails if a page ever misbehaved."""

    def __init__(self, browser: Browser, city: str, **wishes: Any) -> None:
        self.city = city
        self.faults: list[str] = []
        # What was refused where a journey wants refusals: told only if it fails.
        self.refused: list[str] = []
        self.gone: set[str] = set()
        self.sheets_read = False
        self.expects_refusals = bool(wishes.pop("expects_refusals", False))
        self.lang = str(wishes.pop("lang", "ko"))
        options: dict[str, Any] = {"viewport": PHONE, "locale": LOCALES[self.lang]} | wishes
        self.context = browser.new_context(base_url=city, **options)
        self.context.add_init_script(NOTE_VIOLATIONS)
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.watch(self.page)

    def watch(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        wanted = message.text.startswith(STATUS_TEXT) or NO_LINE in message.text
        refused = wanted and BROKEN not in message.text
        if self.expects_refusals and refused:
            self.refused.append(f"{message.text} {message.location.get('url', '')}")
            return
        # A live page may still ask for a picture at the moment it is withdrawn.
        if urlsplit(message.location.get("url", "")).path in self.gone:
            return
        if message.type == "error":
            self.faults.append(f"console: {message.text} {message.location.get('url', '')}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self.city).netloc:
            self.faults.append(f"outside: {request.url}")

    def come_as(self, who: str) -> None:
        """Be someone of the cast, in a browser that has opened no page yet."""
        self._send("/sign-in/demo", who=who)
        # A person's own choice outweighs the browser's, and may be that of an earlier journey.
        self._send("/language", language=self.lang)

    def _send(self, path: str, **form: str) -> None:
        asked = self.context.request.get("/sign-in/demo").text()
        token = asked.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        answer = self.context.request.post(
            path,
            form=form | {"csrf_token": token},
            headers={"Origin": self.city},
            max_redirects=0,
        )
        assert answer.status == 303, (path, answer.status)

    def sign_in(self, who: str) -> None:
        """Become someone of the cast by the page that offers it."""
        self.page.goto("/sign-in/demo")
        self.page.click(f"button[value={who}]")
        self.page.wait_for_url("**/")
        # A person's own choice outweighs the browser's, and may be that of an earlier journey.
        if self.page.locator("html").get_attribute("lang") != self.lang:
            self.page.click(f"button[name=language][value={self.lang}]")
            self.page.locator(f"html[lang={self.lang}]").wait_for()

    def violations(self, rules: Sequence[str] = ()) -> list[str]:
        """Return what axe finds on the page as it stands, one line a rule and place.

        Where `rules` are given it is asked for these alone. The style sheets are fetched and read
        for the first page alone: every page has the same. A page that is still arriving is waited
        for: until its words are there nothing can be said of it.
        """
        self.page.wait_for_load_state()
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        chosen: dict[str, Any] = {"resultTypes": ["violations"], "preload": not self.sheets_read}
        if rules:
            chosen["runOnly"] = list(rules)
        self.sheets_read = True
        found = self.page.evaluate(
            """async (chosen) => (await axe.run(document, chosen)).violations
            .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.html.slice(0, 120)}`))""",
            chosen,
        )
        return [str(line) for line in found]

    def sideways(self) -> int:
        """Return by how many pixels the page can be scrolled sideways."""
        return int(
            self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    def tell(self) -> None:
        """Print what the pages show, for who reads of a journey that failed."""
        for page in self.context.pages:
            # A page that was closed, or never came, has nothing to tell.
            with contextlib.suppress(Error):
                print(f"{page.url}\n{page.inner_text('body', timeout=2_000)}\n")
        print(*self.faults, *self.refused, sep="\n")

    def leave(self) -> None:
        self.context.close()
        assert not self.faults, self.faults


def controlled(page: Page) -> None:
    """Wait until the service worker serves this page.

    One that opened while the worker took over may have come a moment too late for it; it is
    served from its next loading on.
    """
    for _ in range(12):
        page.evaluate("navigator.serviceWorker.ready")
        for _ in range(25):
            if page.evaluate("navigator.serviceWorker.controller !== null"):
                return
            page.wait_for_timeout(200)
        page.reload()
    raise AssertionError("no worker took the page over")


def photo(path: Path, colour: tuple[int, int, int] = (200, 120, 40)) -> Path:
    """Write a picture of 1200 by 900 points, like none before it, and return where it is.

    What one test let everyone see would otherwise be known when it is walked once more.
    """
    picture = pyvips.Image.black(1200, 900, bands=3).linear([1] * 3, list(colour)).cast("uchar")
    picture = picture.draw_rect([250, 240, 200], 500, 100, 200, 300, fill=True)
    speck = [float(part) for part in secrets.token_bytes(3)]
    picture = picture.draw_rect(speck, 32, 32, 32, 32, fill=True)
    picture.jpegsave(str(path))
    return path


def say_where_one_is(page: Page) -> None:
    """Go from the form's first question past the second, answered by the phone's own place."""
    page.click("[data-next]")
    page.click("[data-locate]")
    expect(page.locator("#lat")).not_to_have_value("")
    page.click("[data-next]")


def write_report(page: Page, picture: Path) -> str:
    """Walk through the five questions and return the address of the report's page."""
    page.goto("/reports/new")
    page.set_input_files("#photo", str(picture))
    say_where_one_is(page)
    page.check("input[value=street_light]")
    page.click("[data-next]")
    page.locator("#text, [data-near-list] .near").locator("visible=true").first.wait_for()
    if not page.locator("#text").is_visible():
        page.click("[data-next]")
    page.fill("#text", WORDS)
    page.click("[data-next]")
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    page.wait_for_url("**/reports/*thanks=1")
    return page.url.split("?")[0]
