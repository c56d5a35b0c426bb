"""A report on a slow phone: 400 kbit/s, 400 ms away, a processor four times slower.

    .venv/bin/python bench/slow_phone.py [--quick]

Prints one JSON line a figure: what the first report page weighs on the wire (map tiles apart), when
it can be used, what each later script adds before a report is sent, and how long a report with one
photo of twelve megapixels takes, from the tap on "send" and from the photo's choosing. Exits with 1
if a target is missed.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import pyvips  # noqa: E402
from playwright.sync_api import Browser, CDPSession, Page, Request, sync_playwright  # noqa: E402

from tests import servers  # noqa: E402

LINE = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 400_000 / 8,
    "uploadThroughput": 400_000 / 8,
}
READY = "() => document.querySelector('[data-stepping]') !== null"


# What comes after the first page, each by the name its file begins with.
LATER = ("map-", "faces-", "part-boxes-photo-")


class Visit(NamedTuple):
    """kB on the wire and seconds of one visit; `later` is by file name, `rest` all others."""

    first: float
    later: dict[str, float]
    rest: float
    usable: float
    picking: float
    sent: float


class Wire:
    """What came over the line, in bytes by the path of its address."""

    def __init__(self, session: CDPSession) -> None:
        self._paths: dict[str, str] = {}
        self.heard: list[tuple[str, float]] = []
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._finished)

    def _asked(self, event: dict[str, Any]) -> None:
        self._paths[event["requestId"]] = urlsplit(event["request"]["url"]).path

    def _finished(self, event: dict[str, Any]) -> None:
        path = self._paths.get(event["requestId"], "")
        if not path.startswith("/tiles/"):
            self.heard.append((path, event["encodedDataLength"] / 1024))

    def weight(self, name: str = "") -> float:
        return sum(size for path, size in self.heard if name in path)


def tell(name: str, value: float, unit: str, target: float | None = None) -> bool:
    met = target is None or value <= target
    line = {"bench": "slow_phone", "name": name, "value": round(value, 2), "unit": unit}
    aim = "" if target is None else f"<= {target}"
    print(json.dumps(line | {"target": aim, "met": met}), flush=True)
    return met


def photo(path: Path) -> Path:
    """Write a picture as large and as hard to press small as a phone's own."""
    rough = pyvips.Image.gaussnoise(500, 375, mean=128, sigma=60).resize(8, kernel="cubic")
    grain = pyvips.Image.gaussnoise(4000, 3000, mean=0, sigma=12)
    bands = [(rough * share + grain).cast("uchar") for share in (1.0, 0.8, 0.6)]
    bands[0].bandjoin(bands[1:]).jpegsave(str(path), Q=90)
    return path


def slowed(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return session


def visit(browser: Browser, city: str, picture: Path) -> Visit:
    """Return what one first visit weighed and how long it took."""
    context = browser.new_context(viewport={"width": 360, "height": 760}, base_url=city)
    page = context.new_page()
    page.goto("/sign-in/demo")
    page.click("button[value=minji]")
    page.wait_for_url("**/")
    token = [c for c in context.cookies() if c["name"] == "madang_session"]
    context.close()
    # A first visit: nothing of the page is in a cache or a worker yet.
    context = browser.new_context(
        viewport={"width": 360, "height": 760}, base_url=city, service_workers="block"
    )
    context.add_cookies(token)
    page = context.new_page()
    wire, asked = Wire(slowed(page)), list[Request]()
    page.on("request", lambda request: asked.append(request))
    began = time.monotonic()
    page.goto("/reports/new", wait_until="commit")
    page.wait_for_function(READY)
    usable = time.monotonic() - began
    page.wait_for_load_state("load")
    first = wire.weight()
    picking = fill(page, picture)
    later = {name: wire.weight(f"/{name}") or weight_of(page, asked, f"/{name}") for name in LATER}
    rest = wire.weight() - first - sum(wire.weight(f"/{name}") for name in LATER)
    began = time.monotonic()
    page.click("[data-send]")
    page.wait_for_url("**/reports/*thanks=1", wait_until="commit", timeout=60_000)
    found = Visit(first, later, rest, usable, picking, time.monotonic() - began)
    context.close()
    return found


def weight_of(page: Page, asked: list[Request], name: str) -> float:
    """Return kB of what a worker fetched itself, of which the page's own session hears nothing."""
    wanted = {one.url for one in asked if name in one.url}
    answers = [page.request.get(one, headers={"Accept-Encoding": "gzip, br"}) for one in wanted]
    return sum(int(one.headers["content-length"]) for one in answers) / 1024


def fill(page: Page, picture: Path) -> float:
    """Fill the form in; return the seconds from the photo's choosing until it is covered."""
    began = time.monotonic()
    # Chosen as a person does: the tap on the field is what brings the scripts that look it over.
    with page.expect_file_chooser() as waited:
        page.click("#photo")
    waited.value.set_files(str(picture))
    page.wait_for_function(
        "() => document.querySelector('#photo').files[0]?.type === 'image/webp'", timeout=60_000
    )
    picking = time.monotonic() - began
    page.click("[data-next]")
    page.locator("details.point summary").click()
    page.fill("#lat", "34.2117")
    page.fill("#lon", "127.9152")
    page.click("[data-next]")
    page.check("input[value=noise]")
    page.click("[data-next]")
    page.locator("#text, [data-near-list] .near").locator("visible=true").first.wait_for()
    if not page.locator("#text").is_visible():
        page.click("[data-next]")
    page.fill("#text", "새벽 공사 소리")
    page.click("[data-next]")
    return picking


def main() -> int:
    runs = 1 if "--quick" in sys.argv else 3
    with tempfile.TemporaryDirectory() as name, servers.madang(Path(name) / "city") as city:
        picture = photo(Path(name) / "lamp.jpg")
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            found = [visit(browser, city, picture) for _ in range(runs)]
            browser.close()

    def middle(value: Callable[[Visit], float]) -> float:
        return statistics.median(value(one) for one in found)

    met = [
        tell("first report page on the wire", middle(lambda v: v.first), "kB", 60),
        tell("usable", middle(lambda v: v.usable), "s", 3.0),
    ]
    for name in LATER:
        tell(f"{name}* until sending", middle(lambda v, name=name: v.later[name]), "kB")
    tell("all else until sending", middle(lambda v: v.rest), "kB")
    tell("photo chosen and covered", middle(lambda v: v.picking), "s")
    met.append(tell("report sent, from the tap", middle(lambda v: v.sent), "s", 12.0))
    tell("report sent, with choosing the photo", middle(lambda v: v.picking + v.sent), "s")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
